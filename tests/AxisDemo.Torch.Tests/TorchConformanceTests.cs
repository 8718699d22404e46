using AxisDemo.Compute;
using AxisDemo.Tests.Conformance;

namespace AxisDemo.Torch.Tests;

/// <summary>
/// The TorchSharp engine on libtorch's CPU device, float32. Golden logits come from another float32 engine: 5e-4 is what is promised. Rows
/// in other company or other steps go through other kernels and other orders of sums: 200 terms of u = 6e-8 each, on values up to 20.
/// </summary>
internal sealed class Float32(TorchOptions options) : EngineUnderTest
{
    public Float32() : this(new TorchOptions()) { }

    public override double? Tolerance => 5e-4;

    public override double Rearranged => 2e-4;

    public override ITensorOps Open() => new TorchOps(options);
}

/// <summary>
/// The same in bfloat16, unit roundoff u = 2^-8. A block rounds ten times one after the other (weights, norm, q/k, rotation, z, output;
/// norm, gate and up, their product, down), the head three times more. Independent roundings of at most u have a root mean square of
/// u/sqrt(3) each, so a row of a model of L blocks is off by u sqrt((10 L + 3)/3) of its norm; three times that is allowed, for the
/// longest of these models (L = 7). Near ties may fall either way, so choices are not compared with golden ones.
/// </summary>
internal sealed class BFloat16 : EngineUnderTest
{
    private const double UnitRoundoff = 1 / 256.0;

    public override double? Tolerance => null;

    public override double Fraction { get; } = 3 * UnitRoundoff * Math.Sqrt((10 * 7 + 3) / 3.0);

    public override ITensorOps Open() => new TorchOps(new TorchOptions { BFloat16 = true });

    public override void Same(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what) => Close(expected, actual, expected.Length, what);
}

public sealed class BFloat16ConformanceTests : ConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new BFloat16();
}

public sealed class TorchConformanceTests : ConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new Float32();
}

/// <summary>The blocks spread over two devices, which are the same one here: every move at the border is made.</summary>
public sealed class TwoDeviceConformanceTests : ConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new Float32(new TorchOptions { Devices = ["cpu", "cpu"] });
}

public sealed class ExplicitAttentionConformanceTests : ConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new Float32(new TorchOptions { ExplicitAttention = true });
}

public sealed class TorchChoiceConformanceTests : ChoiceConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new Float32();
}

public sealed class TorchGivenAnswerConformanceTests : GivenAnswerConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new Float32();
}

public sealed class TorchPatchingConformanceTests : PatchingConformanceTests
{
    protected override EngineUnderTest Under { get; } = new Float32();
}

public sealed class TwoDevicePatchingConformanceTests : PatchingConformanceTests
{
    protected override EngineUnderTest Under { get; } = new Float32(new TorchOptions { Devices = ["cpu", "cpu"] });
}

public sealed class TorchContinuedAnswerConformanceTests : ContinuedAnswerConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new Float32();

    protected override IEnumerable<int> Cuts => [1, 5, 17];
}

public sealed class TorchCaptureConformanceTests : CaptureConformanceTests
{
    protected override EngineUnderTest Under { get; } = new Float32();
}

public sealed class TorchServingConformanceTests : ServingConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new Float32();
}
