using System.Globalization;
using System.Text.Json;
using System.Text;
using AxisDemo.Web.Charts;

namespace AxisDemo.Web.Conversations;

/// <summary>A conversation's projections as CSV (RFC 4180, UTF-8): one row a token.</summary>
public static class ConversationCsv
{
    /// <summary>
    /// How the first row begins; three columns follow for each further axis that was watched, "pre role:vampire". Turns, samples and
    /// indices count from 0; projections are in the axis' own units, KL in nats.
    /// </summary>
    public const string Header = "turn,column,sample,index,id,token,pre,post,read,touched,lifted_layers,kl,plain_choice";

    /// <summary>What it is sent as.</summary>
    public const string MediaType = "text/csv;charset=utf-8";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The whole file.</summary>
    public static byte[] Write(ConversationFile conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        // Each further axis, and where its columns stand among the others'.
        var more = new Dictionary<string, int>(StringComparer.Ordinal);
        var csv = new StringBuilder(Header);
        foreach (var axis in conversation.Turns.SelectMany(turn => turn.Answers).SelectMany(answer => answer.More ?? []).Select(readings => readings.Axis))
        {
            if (!more.TryAdd(axis, more.Count)) continue;
            foreach (var reading in new[] { "pre", "post", "read" }) csv.Append(',').Append(Quoted($"{reading} {axis}"));
        }

        csv.Append("\r\n");
        for (var t = 0; t < conversation.Turns.Count; t++)
        {
            foreach (var column in conversation.Turns[t].Columns) Answers(csv, t, column, conversation.Turns[t][column]!, more);
        }

        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    private static void Answers(StringBuilder csv, int turn, Column column, IReadOnlyList<FiledAnswer> answers, Dictionary<string, int> more)
    {
        for (var s = 0; s < answers.Count; s++)
        {
            var answer = answers[s];
            var others = new FiledReadings?[more.Count];
            foreach (var readings in answer.More ?? []) others[more[readings.Axis]] = readings;
            for (var i = 0; i < (answer.Tokens?.Count ?? answer.Ids?.Count ?? 0); i++)
            {
                csv.Append(CultureInfo.InvariantCulture, $"{turn},{column},{s},{i},{answer.Ids?[i]},{Text(answer.Tokens?[i])},{answer.Pre?[i]},{answer.Post?[i]},{answer.Read?[i]},");
                csv.Append(CultureInfo.InvariantCulture, $"{(answer.Touched is { } touched ? touched[i] ? 1 : 0 : null)},{answer.LiftedLayers?[i]},{answer.Kl?[i]},{Text(answer.PlainChoice?[i])}");
                foreach (var other in others) csv.Append(CultureInfo.InvariantCulture, $",{other?.Pre[i]},{other?.Post[i]},{other?.Read[i]}");
                csv.Append("\r\n");
            }
        }
    }

    // As a JSON string: line breaks stay on the line, and no spreadsheet takes a token that begins with = for a formula.
    private static string Text(string? text) => text is null ? "" : Quoted(JsonSerializer.Serialize(text, Readable));

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
