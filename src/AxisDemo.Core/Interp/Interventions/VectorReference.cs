namespace AxisDemo.Interp;

/// <summary>
/// <c>NAME</c>, <c>NAME#TENSOR</c>, and behind either <c>@LAYER</c>. The name of a file or folder may have the marks in it, so that what
/// is there decides: a reference that is there as a whole is a name; else the last mark whose left side is there divides it.
/// </summary>
/// <param name="Name">Of the file or axis.</param>
/// <param name="Tensor">Inside it; null for an axis.</param>
/// <param name="Layer">As written, which may be no number; null without one.</param>
internal readonly record struct VectorReference(string Name, string? Tensor = null, string? Layer = null)
{
    // No path is longer; nobody's request makes the host try every place of a long one.
    private const int LongestName = 4096, MostMarks = 64;

    /// <summary>A reference without a layer.</summary>
    /// <param name="text">The reference.</param>
    /// <param name="isThere">Whether a name stands for anything.</param>
    public static VectorReference OfVector(string text, Func<string, bool> isThere) => There(text, isThere) ?? Meant(text);

    /// <summary>A reference that may have a layer.</summary>
    /// <param name="text">The reference.</param>
    /// <param name="isThere">Whether a name stands for anything.</param>
    public static VectorReference OfWatch(string text, Func<string, bool> isThere)
    {
        if (text.Length is > 0 and <= LongestName && isThere(text)) return new(text);
        // A layer has no mark in it: it stands behind the last one, or there is none.
        var mark = text.LastIndexOf('@');
        if (mark < 0) return OfVector(text, isThere);
        var (before, layer) = (text[..mark], text[(mark + 1)..]);
        return There(before, isThere) is { } found ? found with { Layer = layer }
            : There(text, isThere) ?? (EndsName(layer) ? Meant(text) : Meant(before) with { Layer = layer });
    }

    private static VectorReference? There(string text, Func<string, bool> isThere)
    {
        if (text.Length is 0 or > LongestName) return null;
        if (isThere(text)) return new(text);
        var tries = 0;
        for (var mark = text.LastIndexOf('#'); mark > 0 && tries++ < MostMarks; mark = text.LastIndexOf('#', mark - 1))
            if (isThere(text[..mark])) return new(text[..mark], text[(mark + 1)..]);
        return null;
    }

    // Of what is not there, the file that the message should name.
    private static VectorReference Meant(string text)
    {
        var mark = text.LastIndexOf('#');
        return mark < 0 || EndsName(text[(mark + 1)..]) ? new(text) : new(text[..mark], text[(mark + 1)..]);
    }

    // What stands behind a mark is the end of a file's path, not a tensor or a layer.
    private static bool EndsName(string text) =>
        text.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || text.AsSpan().ContainsAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
}
