using System.Buffers.Binary;
using System.Reflection.Emit;
using System.Reflection;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Shell;

namespace AxisDemo.Tests.Web;

/// <summary>
/// The host's first-level namespaces stand on one another without a cycle: whoever reads one of them needs to know those below it and no
/// others. It is looked for in what the compiler wrote: members' types, and what their bodies name.
/// </summary>
public sealed class DependenciesTests
{
    private const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private static readonly Assembly Host = typeof(App).Assembly;

    // Each stands on those after it only.
    private static readonly string[] Order = ["Pages", "Api", "Conversations", "Charts", "Shell", "Hosting"];

    [Fact]
    public void Namespaces_of_the_host_depend_on_those_below_them_only()
    {
        var named = Host.GetTypes().Where(type => Part(type) is not null).SelectMany(type => Named(type).Select(other => (From: Part(type)!, To: Part(other), Type: type, Other: other)))
            .Where(n => n.To is not null && n.To != n.From).ToList();

        Assert.Equal(Order.Order(), Host.GetTypes().Select(Part).OfType<string>().Distinct().Order());
        // What is not seen cannot be wrong: a dependence of each kind that there is.
        Assert.Contains(named, n => (n.From, n.To, n.Other.Name) == ("Conversations", "Charts", "Trajectory"));
        Assert.Contains(named, n => (n.From, n.To, n.Other.Name) == ("Charts", "Hosting", "ChatAxis"));
        Assert.Empty(named.Where(n => Array.IndexOf(Order, n.To) < Array.IndexOf(Order, n.From)).Select(n => $"{n.Type} needs {n.Other}").Distinct().Order());
    }

    // "Charts" of AxisDemo.Web.Charts.Trajectory, and of what is nested in it.
    private static string? Part(Type type) => type.Namespace?.Split('.') is ["AxisDemo", "Web", var part, ..] ? part : null;

    private static IEnumerable<Type> Named(Type type)
    {
        List<Type?> named = [type.BaseType, .. type.GetInterfaces(), .. Attributes(type)];
        foreach (var member in type.GetMembers(Own))
        {
            named.AddRange(Attributes(member));
            named.AddRange(member switch
            {
                FieldInfo field => [field.FieldType],
                MethodBase method => [.. method.GetParameters().Select(p => p.ParameterType), (method as MethodInfo)?.ReturnType, .. method.GetMethodBody()?.LocalVariables.Select(v => v.LocalType) ?? [], .. InBody(method)],
                _ => [],
            });
        }

        return named.OfType<Type>().SelectMany(Inside).Distinct();
    }

    private static IEnumerable<Type> Attributes(MemberInfo member) => member.GetCustomAttributesData().Select(a => a.AttributeType);

    // What an array is of, and what a generic type is made with.
    private static IEnumerable<Type> Inside(Type type) =>
        type.HasElementType ? Inside(type.GetElementType()!) : type.IsGenericType ? type.GetGenericArguments().SelectMany(Inside).Append(type.GetGenericTypeDefinition()) : [type];

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields().Select(f => (OpCode)f.GetValue(null)!).ToDictionary(c => c.Value);

    private static IEnumerable<Type?> InBody(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var i = 0; i < code.Length;)
        {
            var one = Codes[code[i] == 0xFE ? (short)(0xFE00 | code[i + 1]) : code[i]];
            i += one.Size;
            if (one.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
                foreach (var type in Resolve(method, BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i)))) yield return type;
            i += one.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i)),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type?> Resolve(MethodBase method, int token)
    {
        var (of, with) = (method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null, method.IsGenericMethod ? method.GetGenericArguments() : null);
        return method.Module.ResolveMember(token, of, with) switch
        {
            Type type => [type],
            MethodInfo called => [called.DeclaringType, called.ReturnType, .. called.IsGenericMethod ? called.GetGenericArguments() : []],
            { } member => [member.DeclaringType],
            null => [],
        };
    }
}
