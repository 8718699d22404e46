namespace AxisDemo.Tokenizers.Templates;

/// <summary><c>split</c>, <c>rsplit</c>, <c>partition</c> and <c>rpartition</c> of texts.</summary>
internal static class TemplateSplitting
{
    public static List<object?> Split(TemplateRun run, MarkedText text, Given a, bool fromEnd)
    {
        var most = a.Whole(1, -1) is >= 0 and var n ? n : long.MaxValue;
        var cuts = a[0] is null ? fromEnd ? LastWords(run, text.Value, most) : Words(run, text.Value, most)
            : a.Text(0).Value is { Length: > 0 } separator ? Cuts(run, text.Value, separator, most, fromEnd)
            : throw a.Fail("the separator is empty.");
        return cuts.ConvertAll(c => (object?)text.Slice(c.From, c.To - c.From));
    }

    public static TemplateTuple Partition(TemplateRun run, MarkedText text, Given a, bool fromEnd)
    {
        if (a.Text(0) is not { Value.Length: > 0 } separator) throw a.Fail("the separator is empty.");
        var at = fromEnd ? run.FindLast(text.Value, separator.Value, text.Value.Length) : run.Find(text.Value, separator.Value, 0);
        if (at < 0) return fromEnd ? TemplateTuple.Of(MarkedText.Empty, MarkedText.Empty, text) : TemplateTuple.Of(text, MarkedText.Empty, MarkedText.Empty);
        var end = at + separator.Value.Length;
        // What was found is the text's own, and so are its marks.
        return TemplateTuple.Of(text.Slice(0, at), text.Slice(at, separator.Value.Length), text.Slice(end, text.Value.Length - end));
    }

    private static List<(int From, int To)> Cuts(TemplateRun run, string text, string separator, long most, bool fromEnd)
    {
        var places = new List<int>();
        if (fromEnd)
        {
            for (var end = text.Length; places.Count < most && run.FindLast(text, separator, end) is >= 0 and var at; end = at)
            {
                run.ChargeItems(1);
                places.Add(at);
            }
            places.Reverse();
        }
        else
        {
            foreach (var at in run.Occurrences(text, separator))
            {
                if (places.Count == most) break;
                run.ChargeItems(1);
                places.Add(at);
            }
        }
        var cuts = new List<(int, int)>();
        var from = 0;
        foreach (var at in places)
        {
            cuts.Add((from, at));
            from = at + separator.Length;
        }
        cuts.Add((from, text.Length));
        return cuts;
    }

    private static List<(int From, int To)> Words(TemplateRun run, string text, long most)
    {
        var cuts = new List<(int, int)>();
        for (var i = 0; i < text.Length;)
        {
            if (PythonText.IsSpace(text[i]))
            {
                i++;
                continue;
            }
            var from = i;
            if (cuts.Count == most) i = text.Length;
            else while (i < text.Length && !PythonText.IsSpace(text[i])) i++;
            run.ChargeItems(1);
            cuts.Add((from, i));
        }
        return cuts;
    }

    private static List<(int From, int To)> LastWords(TemplateRun run, string text, long most)
    {
        var cuts = new List<(int, int)>();
        for (var i = text.Length; i > 0;)
        {
            if (PythonText.IsSpace(text[i - 1]))
            {
                i--;
                continue;
            }
            var to = i;
            if (cuts.Count == most) i = 0;
            else while (i > 0 && !PythonText.IsSpace(text[i - 1])) i--;
            run.ChargeItems(1);
            cuts.Add((i, to));
        }
        cuts.Reverse();
        return cuts;
    }
}
