using System.Text;

namespace AxisDemo.Web.Conversations;

/// <summary>A finished block of an answer: its number never changes, nor does its text.</summary>
/// <param name="Key">Position among the answer's blocks.</param>
/// <param name="Html">Safe markup.</param>
public sealed record DocumentBlock(int Key, string Html);

/// <summary>
/// An answer's text as markdown that grows: blocks that can no longer change are rendered once; only what is open at the end is
/// rendered again. What is shown follows from the text alone, however often it was drawn while it grew. Each token keeps a span in the
/// markup with its index and tint.
/// </summary>
public sealed class AnswerDocument
{
    private readonly StringBuilder text = new();
    private readonly List<int> starts = [];
    private readonly List<string> tints = [];
    private readonly List<DocumentBlock> blocks = [];
    // Where each block begins in the text; behind them, where the open ones begin.
    private readonly List<int> begins = [0];
    // Where the lines end that have been looked at for finished blocks.
    private int lines;
    private string open = "";
    private bool dirty;
    private bool complete;
    private int? marked;

    /// <summary>The whole text.</summary>
    public string Text => text.ToString();

    /// <summary>Blocks that are finished.</summary>
    public IReadOnlyList<DocumentBlock> Blocks { get { Render(); return blocks; } }

    /// <summary>Markup of what is open; empty when nothing is.</summary>
    public string Open { get { Render(); return open; } }

    /// <summary>Adds a token's text with its tint class.</summary>
    public void Append(string piece, string tint)
    {
        starts.Add(text.Length);
        tints.Add(tint);
        text.Append(piece);
        dirty = true;
    }

    /// <summary>Marks a token with the class "part" in the place of the one that had it; null: none has it.</summary>
    public void Mark(int? token)
    {
        Render();
        var old = marked;
        marked = token;
        foreach (var changed in new[] { old, token }.OfType<int>())
        {
            if (changed >= starts.Count) continue;
            // A token may end a block and begin the next one.
            var (start, end) = (starts[changed], changed + 1 < starts.Count ? starts[changed + 1] : text.Length);
            for (var block = 0; block < blocks.Count; block++)
            {
                if (begins[block] < end && begins[block + 1] > start)
                    blocks[block] = blocks[block] with { Html = string.Concat(Markup(begins[block], begins[block + 1]).Select(part => part.Html)) };
            }

            dirty |= end > begins[^1];
        }
    }

    /// <summary>The answer is over: what is open is finished too.</summary>
    public void Complete() => (complete, dirty) = (true, dirty || !complete);

    /// <summary>The answer goes on after all: what it shows follows from its text, so what was open is open again.</summary>
    /// <param name="kept">Characters that stay: what stands for half a character at the end goes, since its other half will come.</param>
    public void Reopen(int kept = int.MaxValue)
    {
        if (!complete) return;
        text.Length = Math.Min(text.Length, kept);
        (complete, dirty, lines) = (false, true, 0);
        blocks.Clear();
        begins.RemoveRange(1, begins.Count - 1);
    }

    private void Render()
    {
        if (!dirty) return;
        dirty = false;
        var piece = text.ToString(begins[^1], text.Length - begins[^1]);
        // What the last line is shows when it is complete: "#" is a heading, "#tag" goes on with the paragraph before it.
        var line = piece.LastIndexOf('\n') + 1;
        if (!complete && begins[^1] + line > lines)
        {
            lines = begins[^1] + line;
            var before = begins[^1];
            Finish(Markup(before, lines), 1, lines);
            (piece, line) = (piece[(begins[^1] - before)..], lines - begins[^1]);
        }

        var rendered = Markup(begins[^1], text.Length);
        // A letter after an empty line begins a block of its own, whatever follows it.
        var begun = rendered.Count > 0 && rendered[^1].Start == line && line > 1 && piece[line - 2] == '\n' && char.IsLetter(piece[line]);
        var still = complete ? 0 : begun ? 1 : rendered.Count;
        Finish(rendered, still, text.Length);
        open = string.Concat(rendered.TakeLast(still).Select(block => block.Html));
    }

    /// <summary>All blocks but the last few are finished.</summary>
    private void Finish(IReadOnlyList<(int Start, string Html)> rendered, int still, int end)
    {
        var start = begins[^1];
        for (var i = 0; i < rendered.Count - still; i++)
        {
            blocks.Add(new DocumentBlock(blocks.Count, rendered[i].Html));
            begins.Add(i + 1 < rendered.Count ? start + rendered[i + 1].Start : end);
        }
    }

    private IReadOnlyList<(int Start, string Html)> Markup(int from, int to) =>
        SafeMarkdown.Render(text.ToString(from, to - from), new TokenSpans(from, starts, tints, marked));
}
