using AxisDemo.Formats;

namespace AxisDemo.Tests;

/// <summary>Where the checkout's files are: found from the test assembly upwards, so that tests run from any working directory.</summary>
internal static class Repository
{
    public static string Root { get; } = FoldersAbove.With("AxisDemo.sln", AppContext.BaseDirectory);

    public static string Fixture(params string[] parts) => Path.Combine([Root, "tests", "fixtures", .. parts]);

    public static string Model => Path.Combine(Root, "models", "SmolLM2-135M-Instruct.Q4_1.gguf");
}
