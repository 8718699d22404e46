using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using AxisDemo.Torch;
using TorchSharp;

namespace AxisDemo.Tests.Torch;

/// <summary>
/// A number made in an operation's argument may be freed by the garbage collector before native code has read it: a fault that hardly any run
/// shows. So it is looked for in what the compiler wrote, the engine's part and TorchSharp's.
/// </summary>
public sealed class ScalarsTests
{
    [Fact]
    public void The_engine_makes_no_number_in_passing()
    {
        var called = Called().ToList();

        Assert.Contains(called, m => m.Name == nameof(ScalarExtensionMethods.ToScalar));
        Assert.Empty(called.Where(m => m.Name != nameof(ScalarExtensionMethods.ToScalar) && MakesNumbers(m, 3)).Select(m => m.ToString()));
    }

    [Fact]
    public void A_number_that_the_engine_makes_is_kept_in_a_field_or_a_variable()
    {
        var made = 0;
        foreach (var method in typeof(TorchOps).Assembly.GetTypes().Where(t => t.Name != "Scalars").SelectMany(MethodsOf))
        {
            var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
            for (var i = 0; i + 5 < code.Length; i++)
            {
                if (code[i] != OpCodes.Call.Value || Named(method, BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i + 1))) is not { Name: "Of", DeclaringType.Name: "Scalars" }) continue;
                made++;
                // Stored at once: stloc.0 to stloc.3, stloc.s, stsfld.
                Assert.True(code[i + 5] is >= 0x0A and <= 0x0D or 0x13 or 0x80, $"{method.DeclaringType}.{method.Name} makes a number in passing");
            }
        }

        Assert.True(made > 5);
    }

    [Fact]
    public void Nothing_but_the_results_of_a_step_is_read_from_the_device()
    {
        string[] waits = ["item", "data", "op_Explicit", "nonzero", "masked_select", "equal", "allclose", "tolist", "save"];
        Assert.Empty(Called().Where(m => waits.Contains(m.Name) || (m.Name.StartsWith("To", StringComparison.Ordinal) && m.Name != nameof(ScalarExtensionMethods.ToScalar)) || m.Name.StartsWith("ReadCpu", StringComparison.Ordinal)).Select(m => m.ToString()));
    }

    [Fact]
    public void A_number_made_in_passing_is_found()
    {
        var tensor = typeof(torch.Tensor);
        Assert.True(MakesNumbers(tensor.GetMethod("square", [])!, 3));
        Assert.True(MakesNumbers(tensor.GetMethod("add", [tensor])!, 3));
        Assert.False(MakesNumbers(tensor.GetMethod("add", [tensor, typeof(Scalar)])!, 3));
    }

    private static IEnumerable<MethodBase> MethodsOf(Type type)
    {
        const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        return [.. type.GetMethods(Own), .. type.GetConstructors(Own)];
    }

    // The methods of TorchSharp that the engine calls.
    private static IEnumerable<MethodBase> Called()
    {
        var module = typeof(TorchOps).Module;
        using var file = new PEReader(File.OpenRead(typeof(TorchOps).Assembly.Location));
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.MemberReferences)
            if (metadata.GetMemberReference(handle).Parent.Kind == HandleKind.TypeReference
                && module.ResolveMember(MetadataTokens.GetToken(handle)) is MethodBase method && method.Module == typeof(Scalar).Module)
                yield return method;
    }

    // Whether a method makes a number, or calls one of TorchSharp's that does. Its bytes are looked through for calls, wherever they stand:
    // what is taken for a call and is none hardly names a method that makes numbers.
    private static bool MakesNumbers(MethodBase method, int depth)
    {
        if (method.Name is "ToScalar" || (method.Name == "op_Implicit" && method is MethodInfo { ReturnType: var made } && made == typeof(Scalar))) return true;
        if (depth == 0 || method.Module != typeof(Scalar).Module || method.GetMethodBody()?.GetILAsByteArray() is not { } code) return false;
        for (var i = 0; i + 4 < code.Length; i++)
            if ((code[i] == OpCodes.Call.Value || code[i] == OpCodes.Callvirt.Value) && Named(method, BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i + 1))) is { } next && MakesNumbers(next, depth - 1))
                return true;
        return false;
    }

    private static MethodBase? Named(MethodBase caller, int token)
    {
        try
        {
            return MetadataTokens.EntityHandle(token).Kind is HandleKind.MethodDefinition or HandleKind.MemberReference ? caller.Module.ResolveMethod(token) : null;
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException)
        {
            return null;
        }
    }
}
