using System.Text;
using AxisDemo.Web.Components.Shared;

namespace AxisDemo.Web.Components.Chat;

/// <summary>A finished block of an answer: its number never changes, nor does its markup.</summary>
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
    private int openStart;
    private int closedStart;
    private bool closed;
    private string open = "";
    private bool dirty;

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

    /// <summary>The answer is over: the open block is finished too.</summary>
    public void Complete()
    {
        Render();
        if (open.Length > 0) blocks.Add(new DocumentBlock(blocks.Count, open));
        (closedStart, closed) = (openStart, open.Length > 0);
        open = "";
        openStart = text.Length;
    }

    /// <summary>The answer goes on after all: its last block is open again.</summary>
    public void Reopen()
    {
        if (closed) blocks.RemoveAt(blocks.Count - 1);
        (openStart, closed, dirty) = (closedStart, false, true);
    }

    private void Render()
    {
        if (!dirty) return;
        dirty = false;
        var tail = text.ToString(openStart, text.Length - openStart);
        var rendered = SafeMarkdown.Render(tail, new TokenSpans(openStart, starts, tints));
        for (var i = 0; i < rendered.Count - 1; i++) blocks.Add(new DocumentBlock(blocks.Count, rendered[i].Html));
        open = rendered.Count > 0 ? rendered[^1].Html : "";
        if (rendered.Count > 1) openStart += rendered[^1].Start;
    }
}
