using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using AxisDemo.Torch;

namespace AxisDemo.Tests.Torch;

/// <summary>
/// A number made in an operation's argument may be freed by the garbage collector before native code has read it: a fault that hardly any run
/// shows. So it is looked for in what the compiler wrote.
/// </summary>
public sealed class ScalarsTests
{
    [Fact]
    public void The_engine_makes_no_number_in_passing()
    {
        var called = Called();

        Assert.Contains("TorchSharp.Scalar ToScalar(Single)", called);
        Assert.Contains("Tensor add_(Tensor, TorchSharp.Scalar)", called);
        Assert.DoesNotContain(called, c => c.Contains(" op_Implicit(", StringComparison.Ordinal));
        // TorchSharp makes the numbers that are left out here itself.
        Assert.DoesNotContain("Tensor add(Tensor)", called);
        Assert.DoesNotContain("Tensor add_(Tensor)", called);
        Assert.All(called.Where(c => c.Contains(" arange(", StringComparison.Ordinal)), c => Assert.Contains("(TorchSharp.Scalar, TorchSharp.Scalar, TorchSharp.Scalar, ", c, StringComparison.Ordinal));
    }

    /// <summary>The methods of TorchSharp that the engine calls, by their signatures.</summary>
    private static HashSet<string> Called()
    {
        var module = typeof(TorchOps).Module;
        using var file = new PEReader(File.OpenRead(typeof(TorchOps).Assembly.Location));
        var metadata = file.GetMetadataReader();
        return [.. metadata.MemberReferences
            .Where(handle => metadata.GetMemberReference(handle).Parent.Kind == HandleKind.TypeReference)
            .Select(handle => module.ResolveMember(MetadataTokens.GetToken(handle)))
            .OfType<MethodBase>()
            .Where(method => method.Module.Name == "TorchSharp.dll")
            .Select(method => method.ToString()!)];
    }
}
