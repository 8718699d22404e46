namespace AxisDemo.Serving;

/// <summary>What is said where a computation leaves the range of float32 (decision 20).</summary>
public static class RangeFault
{
    /// <summary>The sentence, with what to do.</summary>
    /// <param name="what">What is not finite: "a logit".</param>
    /// <param name="intervened">Whether the forward pass was changed, which is the likely reason then.</param>
    public static string Says(string what, bool intervened) => $"The computation left the range of float32: {what} is not a finite number. " + (intervened
        ? "The interventions are too strong: use a smaller coefficient or threshold."
        : "The model's file is damaged, or this engine's precision is too low for it: download the model again, or try another engine (Engine:Kernels=scalar, axis: --kernels scalar).");
}
