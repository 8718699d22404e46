using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using AxisDemo.Tests;
using TorchSharp;

namespace AxisDemo.Torch.Tests;

/// <summary>
/// The hand-written signatures (tests/TorchSharp.Reference) that src/AxisDemo.Torch is compiled against where TorchSharp is not: each is
/// one of the real TorchSharp, and each that the engine uses is there.
/// </summary>
public sealed class ReferenceTests
{
    [Fact]
    public void Native_libraries_load()
    {
        // Without touching TorchSharp, which would hide the reason.
        NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);
    }

    [Fact]
    public void Every_signature_of_the_reference_is_torchsharps()
    {
        var path = Path.Combine(Repository.Root, "tests", "TorchSharp.Reference", "bin", "Release", "net10.0", "TorchSharp.dll");
        Assert.SkipUnless(File.Exists(path), "build AxisDemo.sln first: it makes the reference assembly");
        var (reference, real) = (Declared(path), Declared(typeof(torch).Assembly.Location));
        Assert.True(reference.Count > 100);
        Assert.Empty(reference.Except(real));
        Assert.Empty(Used(typeof(TorchOps).Assembly.Location).Except(reference));
    }

    private static HashSet<string> Declared(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        var names = new Names(metadata);
        var found = new HashSet<string>();
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = metadata.GetTypeDefinition(handle);
            if ((type.Attributes & TypeAttributes.VisibilityMask) is not (TypeAttributes.Public or TypeAttributes.NestedPublic)) continue;
            var owner = names.Of(handle);
            foreach (var m in type.GetMethods().Select(metadata.GetMethodDefinition))
                if ((m.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public && metadata.GetString(m.Name) != ".ctor")
                    found.Add(Text(owner, metadata.GetString(m.Name), m.DecodeSignature(names, null)));
            foreach (var f in type.GetFields().Select(metadata.GetFieldDefinition))
                if ((f.Attributes & FieldAttributes.FieldAccessMask) == FieldAttributes.Public && (f.Attributes & FieldAttributes.SpecialName) == 0)
                    found.Add($"{f.DecodeSignature(names, null)} {owner}::{metadata.GetString(f.Name)}{Constant(metadata, f.GetDefaultValue())}");
        }

        return found;
    }

    private static IEnumerable<string> Used(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        var names = new Names(metadata);
        foreach (var handle in metadata.MemberReferences)
        {
            var m = metadata.GetMemberReference(handle);
            if (m.Parent.Kind != HandleKind.TypeReference || names.Assembly((TypeReferenceHandle)m.Parent) != "TorchSharp") continue;
            var owner = names.GetTypeFromReference(metadata, (TypeReferenceHandle)m.Parent, 0);
            yield return m.GetKind() == MemberReferenceKind.Method
                ? Text(owner, metadata.GetString(m.Name), m.DecodeMethodSignature(names, null))
                : $"{m.DecodeFieldSignature(names, null)} {owner}::{metadata.GetString(m.Name)}";
        }
    }

    private static string Text(string owner, string name, MethodSignature<string> s) =>
        $"{(s.Header.IsInstance ? "" : "static ")}{s.ReturnType} {owner}::{name}({string.Join(", ", s.ParameterTypes)})";

    // An enumeration's numbers are part of what is compiled in.
    private static string Constant(MetadataReader metadata, ConstantHandle handle) =>
        handle.IsNil ? "" : $" = {metadata.GetBlobReader(metadata.GetConstant(handle).Value).ReadConstant(metadata.GetConstant(handle).TypeCode)}";

    private sealed class Names(MetadataReader metadata) : ISignatureTypeProvider<string, object?>
    {
        public string Of(TypeDefinitionHandle handle)
        {
            var type = metadata.GetTypeDefinition(handle);
            var name = metadata.GetString(type.Name);
            return type.GetDeclaringType() is { IsNil: false } outer ? $"{Of(outer)}.{name}" : Qualified(metadata.GetString(type.Namespace), name);
        }

        public string Assembly(TypeReferenceHandle handle)
        {
            var scope = metadata.GetTypeReference(handle).ResolutionScope;
            return scope.Kind == HandleKind.TypeReference ? Assembly((TypeReferenceHandle)scope)
                : scope.Kind == HandleKind.AssemblyReference ? metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name) : "";
        }

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var type = reader.GetTypeReference(handle);
            var name = reader.GetString(type.Name);
            return type.ResolutionScope.Kind == HandleKind.TypeReference
                ? $"{GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0)}.{name}" : Qualified(reader.GetString(type.Namespace), name);
        }

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Of(handle);

        public string GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, context);

        public string GetPrimitiveType(PrimitiveTypeCode code) => code.ToString();

        public string GetArrayType(string element, ArrayShape shape) => $"{element}[{new string(',', shape.Rank - 1)}]";

        public string GetSZArrayType(string element) => element + "[]";

        public string GetByReferenceType(string element) => "ref " + element;

        public string GetPointerType(string element) => element + "*";

        public string GetFunctionPointerType(MethodSignature<string> signature) => "function";

        public string GetGenericInstantiation(string type, ImmutableArray<string> arguments) => $"{type}<{string.Join(", ", arguments)}>";

        public string GetGenericMethodParameter(object? context, int index) => "!!" + index;

        public string GetGenericTypeParameter(object? context, int index) => "!" + index;

        public string GetModifiedType(string modifier, string unmodified, bool required) => unmodified;

        public string GetPinnedType(string element) => element;

        private static string Qualified(string space, string name) => space.Length > 0 ? $"{space}.{name}" : name;
    }
}
