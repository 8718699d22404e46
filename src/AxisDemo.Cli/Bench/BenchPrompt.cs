using AxisDemo.Tokenizers;

namespace AxisDemo.Cli.Bench;

/// <summary>A prompt of any length from one text, the same for every program that is measured.</summary>
internal static class BenchPrompt
{
    private const string Text =
        "A lighthouse keeper writes down the weather every evening: wind from the west, a low sky, two ships far out. " +
        "In the morning the village asks what the day will bring, and the keeper answers with what the sea has said. ";

    public static int[] Of(ITokenizer tokenizer, int tokens)
    {
        var piece = tokenizer.Encode(Text, parseSpecial: false);
        return [.. Enumerable.Range(0, tokens).Select(i => piece[i % piece.Length])];
    }
}
