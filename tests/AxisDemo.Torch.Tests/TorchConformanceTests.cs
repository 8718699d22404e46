using AxisDemo.Kernels;
using AxisDemo.Tests.Conformance;

namespace AxisDemo.Torch.Tests;

/// <summary>
/// The TorchSharp engine on libtorch's CPU device, float32. Golden logits come from another float32 engine: 5e-4 is what is promised. Rows
/// in other company or other steps go through other kernels and other orders of sums: 200 terms of u = 6e-8 each, on values up to 20.
/// </summary>
internal class Float32(TorchOptions options) : EngineUnderTest
{
    public Float32() : this(new TorchOptions()) { }

    public override double? Tolerance => 5e-4;

    public override double Rearranged => 2e-4;

    public override ITensorOps Open() => new TorchOps(options);
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

public sealed class TorchServingConformanceTests : ServingConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new Float32();
}
