using System.Xml;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace AxisDemo.Web.Pages;

/// <summary>
/// A block of safe markup as elements, not as one string: when the block grows, the browser is sent the elements that are new, and
/// those before them stay as they are. So a token costs the same in the first line of a long list or program as in its last.
/// </summary>
public sealed class MarkdownBlock : ComponentBase
{
    private static readonly XmlReaderSettings Settings = new() { ConformanceLevel = ConformanceLevel.Fragment, CheckCharacters = false, DtdProcessing = DtdProcessing.Prohibit };

    /// <summary>Safe markup, well formed.</summary>
    [Parameter, EditorRequired] public string Html { get; set; } = "";

    // A model may write characters that no markup can hold: they are shown as what cannot be shown.
    private static string Whole(string html)
    {
        var bad = -1;
        for (var i = 0; i < html.Length && bad < 0; i++)
        {
            if (XmlConvert.IsXmlChar(html[i])) continue;
            if (i + 1 < html.Length && char.IsSurrogatePair(html[i], html[i + 1])) i++;
            else bad = i;
        }

        if (bad < 0) return html;
        var whole = html.ToCharArray();
        for (var i = bad; i < whole.Length; i++)
        {
            if (XmlConvert.IsXmlChar(whole[i])) continue;
            if (i + 1 < whole.Length && char.IsSurrogatePair(whole[i], whole[i + 1])) i++;
            else whole[i] = '\ufffd';
        }

        return new string(whole);
    }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        using var text = new StringReader(Whole(Html));
        using var reader = XmlReader.Create(text, Settings);
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    var empty = reader.IsEmptyElement;
                    builder.OpenElement(0, reader.Name);
                    while (reader.MoveToNextAttribute()) builder.AddAttribute(1, reader.Name, reader.Value);
                    if (empty) builder.CloseElement();
                    break;
                case XmlNodeType.EndElement:
                    builder.CloseElement();
                    break;
                default:
                    builder.AddContent(2, reader.Value);
                    break;
            }
        }
    }
}
