using System.Text;
using AxisDemo.Web.Components.Shared;

namespace AxisDemo.Web.Components.Chat;

/// <summary>A finished block of an answer: its number never changes, nor does its text.</summary>
/// <param name="Key">Position among the answer's blocks.</param>
/// <param name="Html">Safe markup.</param>
public sealed record DocumentBlock(int Key, string Html);

/// <summary>
/// An answer's text as markdown that grows: blocks that can no longer change are rendered once; only the last, open one is rendered
/// again. Each token keeps a span in the markup with its index and tint.
/// </summary>
public sealed class AnswerDocument
{
    private readonly StringBuilder text = new();
    private readonly List<int> starts = [];
    private readonly List<string> tints = [];
    private readonly List<DocumentBlock> blocks = [];
    // Where each block begins in the text; behind them, where the open one begins.
    private readonly List<int> begins = [0];
    private string open = "";
    private bool dirty;
    private bool complete;
    private int? marked;

    /// <summary>The whole text.</summary>
    public string Text => text.ToString();

    /// <summary>Blocks that are finished.</summary>
    public IReadOnlyList<DocumentBlock> Blocks { get { Render(); return blocks; } }

    /// <summary>Markup of the open block; empty when there is none.</summary>
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
            var block = begins.FindLastIndex(begin => begin <= starts[changed]);
            if (block >= blocks.Count) dirty = true;
            else blocks[block] = blocks[block] with { Html = string.Concat(Markup(begins[block], begins[block + 1]).Select(part => part.Html)) };
        }
    }

    /// <summary>The answer is over: the open block is finished too.</summary>
    public void Complete()
    {
        Render();
        if (complete || open.Length == 0) return;
        complete = true;
        blocks.Add(new DocumentBlock(blocks.Count, open));
        begins.Add(text.Length);
        open = "";
    }

    /// <summary>The answer goes on after all: its last block is open again.</summary>
    public void Reopen()
    {
        if (!complete) return;
        (complete, dirty) = (false, true);
        blocks.RemoveAt(blocks.Count - 1);
        begins.RemoveAt(begins.Count - 1);
    }

    private void Render()
    {
        if (!dirty) return;
        dirty = false;
        var start = begins[^1];
        var rendered = Markup(start, text.Length);
        for (var i = 0; i < rendered.Count - 1; i++)
        {
            blocks.Add(new DocumentBlock(blocks.Count, rendered[i].Html));
            begins.Add(start + rendered[i + 1].Start);
        }

        open = rendered.Count > 0 ? rendered[^1].Html : "";
    }

    private IReadOnlyList<(int Start, string Html)> Markup(int from, int to) =>
        SafeMarkdown.Render(text.ToString(from, to - from), new TokenSpans(from, starts, tints, marked));
}
