using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AxisDemo.Web.Keeping;

/// <summary>A conversation's projections as CSV (RFC 4180, UTF-8): one row a token.</summary>
public static class ConversationCsv
{
    /// <summary>The first row. Turns, samples and indices count from 0; projections are in the axis' own units, KL in nats.</summary>
    public const string Header = "turn,column,sample,index,id,token,pre,post,read,touched,lifted_layers,kl,plain_choice";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The whole file.</summary>
    public static byte[] Write(ConversationFile conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        var csv = new StringBuilder(Header).Append("\r\n");
        for (var t = 0; t < conversation.Turns.Count; t++)
        {
            Answers(csv, t, "A", conversation.Turns[t].A);
            Answers(csv, t, "B", conversation.Turns[t].B);
        }

        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    private static void Answers(StringBuilder csv, int turn, string column, IReadOnlyList<FiledAnswer> answers)
    {
        for (var s = 0; s < answers.Count; s++)
        {
            var answer = answers[s];
            for (var i = 0; i < (answer.Tokens?.Count ?? answer.Ids?.Count ?? 0); i++)
            {
                csv.Append(CultureInfo.InvariantCulture, $"{turn},{column},{s},{i},{answer.Ids?[i]},{Text(answer.Tokens?[i])},{answer.Pre?[i]},{answer.Post?[i]},{answer.Read?[i]},");
                csv.Append(CultureInfo.InvariantCulture, $"{(answer.Touched is { } touched ? touched[i] ? 1 : 0 : null)},{answer.LiftedLayers?[i]},{answer.Kl?[i]},{Text(answer.PlainChoice?[i])}\r\n");
            }
        }
    }

    // As a JSON string: line breaks stay on the line, and no spreadsheet takes a token that begins with = for a formula.
    private static string Text(string? text) => text is null ? "" : $"\"{JsonSerializer.Serialize(text, Readable).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
