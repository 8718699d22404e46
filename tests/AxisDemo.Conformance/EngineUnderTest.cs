using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Tests.Model;

namespace AxisDemo.Tests.Conformance;

/// <summary>An engine as the conformance suite sees it: how to open one, and how closely it is to agree.</summary>
public abstract class EngineUnderTest
{
    /// <summary>A new engine.</summary>
    public abstract ITensorOps Open();

    /// <summary>Largest difference of a logit or an activation of a tiny model from the golden one; null: compared by row, see <see cref="Fraction"/>.</summary>
    public abstract double? Tolerance { get; }

    /// <summary>Largest difference of a row from the golden row, as a fraction of the golden row's norm.</summary>
    public virtual double Fraction => 0;

    /// <summary>Largest difference between two runs of the same rows in other company or other steps; 0 (default): every bit is the same.</summary>
    public virtual double Rearranged => 0;

    /// <summary>Whether near ties go the golden way: choices and marks of lifted tokens are compared too.</summary>
    public bool Decides => Tolerance is not null;

    /// <summary>A tiny model from its GGUF file, or from its folder of safetensors.</summary>
    internal TestModel Model(string family, string form = "gguf") =>
        TestModel.Open(form == "gguf" ? Repository.Fixture("tiny-models", family, $"{family}.gguf") : Repository.Fixture("tiny-models", family), Open());

    /// <summary>Compares rows of a width with golden ones; a fraction of the row may be allowed several times.</summary>
    public void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, int width, string what, int times = 1)
    {
        if (Tolerance is { } tolerance) Golden.Close(expected, actual, tolerance, what);
        else Golden.CloseByRow(expected, actual, width, Fraction * times, what);
    }

    /// <summary>Compares two runs of the same rows.</summary>
    public virtual void Same(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what) => Golden.Close(expected, actual, Rearranged, what);
}
