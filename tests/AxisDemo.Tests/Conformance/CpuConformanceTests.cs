using AxisDemo.Compute;

namespace AxisDemo.Tests.Conformance;

/// <summary>The CPU engine's reference loops: float32, and every bit the same in any company.</summary>
internal sealed class ScalarCpu : EngineUnderTest
{
    public override double? Tolerance => 1e-4;

    public override ITensorOps Open() => new CpuOps(new CpuOptions { Kernels = KernelPath.Scalar, Threads = 2 });
}

/// <summary>Its fast path, whose products are rounded to 8 bits: compared with itself alone.</summary>
internal sealed class VectorCpu : EngineUnderTest
{
    public override double? Tolerance => null;

    public override ITensorOps Open() => new CpuOps(new CpuOptions { Threads = 2 });
}

public sealed class CpuConformanceTests : ConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new ScalarCpu();
}

public sealed class CpuChoiceConformanceTests : ChoiceConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new ScalarCpu();
}

public sealed class CpuGivenAnswerConformanceTests : GivenAnswerConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new VectorCpu();
}

public sealed class CpuPatchingConformanceTests : PatchingConformanceTests
{
    protected override EngineUnderTest Under { get; } = new ScalarCpu();
}

public sealed class CpuContinuedAnswerConformanceTests : ContinuedAnswerConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new VectorCpu();
}

public sealed class CpuCaptureConformanceTests : CaptureConformanceTests
{
    protected override EngineUnderTest Under { get; } = new ScalarCpu();
}

public sealed class CpuServingConformanceTests : ServingConformanceTests
{
    protected override EngineUnderTest Engine { get; } = new VectorCpu();
}
