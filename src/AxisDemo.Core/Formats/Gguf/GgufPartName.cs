using System.Globalization;
using System.Text.RegularExpressions;

namespace AxisDemo.Formats;

/// <summary>The path of a part of a split model: <c>NAME-00001-of-00003.gguf</c>, as llama.cpp's gguf-split writes it.</summary>
/// <param name="Beginning">What all parts have in common: folder and name.</param>
/// <param name="Number">Which part it is, from 0.</param>
/// <param name="Count">Number of parts.</param>
/// <param name="Extension">".gguf", in the file's case.</param>
public sealed partial record GgufPartName(string Beginning, int Number, int Count, string Extension)
{
    /// <summary>The most parts that are read as one model: a model of a thousand tensors, each in a file of its own. The format's key allows 65535.</summary>
    public const int MostParts = 1024;

    /// <summary>Takes a path apart; null when it is no part's.</summary>
    public static GgufPartName? Of(string path)
    {
        if (Pattern().Match(path) is not { Success: true } match) return null;
        int Whole(int group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        var (number, count) = (Whole(2), Whole(3));
        return number >= 1 && number <= count ? new GgufPartName(match.Groups[1].Value, number - 1, count, match.Groups[4].Value) : null;
    }

    /// <summary>The path of the first part, where this is a part's; else the path itself.</summary>
    public static string FirstOf(string path) => Of(path)?.Path(0) ?? path;

    /// <summary>The name of a model by its file: without folder, ending and number of the part.</summary>
    public static string ModelName(string path) => System.IO.Path.GetFileName(Of(path)?.Beginning
        ?? (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? path[..^".gguf".Length] : path));

    /// <summary>How the name of a part ends.</summary>
    internal static string Ending(int number, int count) => string.Create(CultureInfo.InvariantCulture, $"-{number + 1:D5}-of-{count:D5}.gguf");

    /// <summary>The paths of all parts, in their order, whether they are there or not.</summary>
    public IReadOnlyList<string> Paths() => [.. Enumerable.Range(0, Count).Select(Path)];

    private string Path(int number) => Beginning + Ending(number, Count)[..^Extension.Length] + Extension;

    [GeneratedRegex(@"^(.*[^/\\])-([0-9]{5})-of-([0-9]{5})(\.gguf)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Pattern();
}
