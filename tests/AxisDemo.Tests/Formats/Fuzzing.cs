using AxisDemo.Formats;

namespace AxisDemo.Tests.Formats;

/// <summary>Runs a reader over many damaged inputs: it may take them or refuse them with one line, soon and in little memory; nothing else.</summary>
internal static class Fuzzing
{
    private const long MostBytes = 64 << 20;

    /// <param name="what">What a failure calls the input.</param>
    /// <param name="make">The input of a seed.</param>
    /// <param name="read">What reads and uses it.</param>
    /// <param name="someAreRefused">Whether damage has to be noticed in some cases; any text is valid text.</param>
    public static void Run<T>(string what, Func<int, T> make, Action<T> read, bool someAreRefused = true)
    {
        var refused = 0;
        for (var seed = 0; seed < Mutations.Cases; seed++)
        {
            var input = make(seed);
            var error = Bounds.Within(MostBytes, $"{what}, seed {seed}", () => Record.Exception(() => read(input)));
            if (error is null) continue;
            refused++;
            Assert.True(error is InputException { Fault.Length: > 0 } && !error.Message.Contains('\n', StringComparison.Ordinal), $"{what}, seed {seed}: {error}");
        }

        if (someAreRefused) Assert.InRange(refused, 1, Mutations.Cases);
    }
}
