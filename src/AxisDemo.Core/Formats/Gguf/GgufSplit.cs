namespace AxisDemo.Formats;

/// <summary>
/// What a part of a split model says of itself: <c>split.no</c>, <c>split.count</c>, <c>split.tensors.count</c>. Metadata is in the
/// first part; the others have these keys alone. Source: llama.cpp, tools/gguf-split, and its loader.
/// </summary>
/// <param name="Number">Which part it is, from 0.</param>
/// <param name="Count">Number of parts, at least 2.</param>
/// <param name="Tensors">Tensors of all parts together.</param>
internal sealed record GgufSplit(int Number, int Count, long Tensors)
{
    /// <summary>What helps where parts do not belong together.</summary>
    public const string Mixed = "The parts are not those of one model: download all of them again.";

    private const int MostParts = GgufPartName.MostParts;
    private const string Own = "split.";
    private const string NumberKey = Own + "no", CountKey = Own + "count", TensorsKey = Own + "tensors.count";

    // Each file says how its own data lie.
    private const string AlignmentKey = "general.alignment";

    /// <summary>The keys of a part; null for a file that is a model by itself.</summary>
    /// <exception cref="InputException">A key is missing or not possible, or the file's name is another part's.</exception>
    public static GgufSplit? Of(GgufPart part)
    {
        var keys = part.Metadata;
        if (!keys.TryInt64(CountKey, out var count) || count is 0 or 1) return null;
        if (count is < 0 or > MostParts) throw new InputException(part.Path, CountKey, $"is {count}; up to {MostParts} files are read as one model.", "Join the files: llama-gguf-split --merge.");
        var number = keys.Int64(NumberKey);
        if (number < 0 || number >= count) throw new InputException(part.Path, NumberKey, $"is {number} of {count} parts; 0 to {count - 1} are possible.", Mixed);
        var ending = GgufPartName.Ending((int)number, (int)count);
        if (GgufPartName.Of(part.Path) is not { } name || name.Number != number || name.Count != count)
            throw new InputException(part.Path, CountKey, $"is {count}, so the other parts are needed, and they are found by their names: this one's must end in {ending}.", $"Give the parts the names they had, NAME{ending} and so on, or join them: llama-gguf-split --merge.");
        return new GgufSplit((int)number, (int)count, keys.Int64(TensorsKey));
    }

    /// <summary>Of a part that is not there, its model's other parts are: all that are missing are named.</summary>
    public static void CheckNamed(string path)
    {
        if (!File.Exists(path) && GgufPartName.Of(path) is { Count: <= MostParts } name && name.Paths().Any(File.Exists)) CheckThere(path, name.Paths());
    }

    /// <summary>The files of all parts, by the path of one of them.</summary>
    /// <exception cref="InputException">Some are missing: the message names them.</exception>
    public IReadOnlyList<string> Paths(string path)
    {
        var paths = GgufPartName.Of(path)!.Paths();
        CheckThere(path, paths);
        return paths;
    }

    /// <summary>Opens another part.</summary>
    /// <exception cref="InputException">It is damaged, or no part of this model.</exception>
    public GgufPart Open(string path, int number)
    {
        var part = GgufPart.Open(path);
        try
        {
            var own = Of(part) ?? throw new InputException(path, CountKey, $"the file says nothing of {Count} parts: it is another model.", Mixed);
            // Its number and count are those of its name.
            if (own.Tensors != Tensors) throw new InputException(path, TensorsKey, $"is {own.Tensors}, where part {Number + 1} has {Tensors}.", Mixed);
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    /// <summary>Checks what shows only in all parts together.</summary>
    /// <exception cref="InputException">Tensors are missing or too many, or a later part has metadata that the first does not have: it would be passed over.</exception>
    public void CheckAll(IReadOnlyList<GgufPart> parts, int tensors)
    {
        if (tensors != Tensors) throw new InputException(parts[0].Path, TensorsKey, $"is {Tensors}, and the {Count} parts have {tensors} tensors.", Mixed);
        var first = parts[0].Metadata.Values;
        foreach (var part in parts.Skip(1))
            foreach (var (key, value) in part.Metadata.Values)
                if (!key.StartsWith(Own, StringComparison.Ordinal) && key != AlignmentKey && !(first.TryGetValue(key, out var known) && Same(known, value)))
                    throw new InputException(part.Path, Printable.Text(key), first.ContainsKey(key) ? "differs from the first part's." : "is not in the first part, where a model's keys are.", Mixed);
    }

    private static void CheckThere(string path, IReadOnlyList<string> paths)
    {
        if (MissingFiles.Among(paths) is { } missing)
            throw new InputException(path, CountKey, $"is {paths.Count}, and {missing}.", "Put all parts into one folder; download those that are missing.");
    }

    private static bool Same(object a, object b) => a is Array x && b is Array y ? x.Cast<object>().SequenceEqual(y.Cast<object>()) : a.Equals(b);
}
