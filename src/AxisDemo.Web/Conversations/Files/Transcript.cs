using System.Text.Json;

namespace AxisDemo.Web.Conversations;

/// <summary>
/// Transcripts in the layout published with the Assistant Axis: <c>{model, conversation: [{role, content}…]}</c>. The fields
/// <c>projections</c> and <c>steering</c> of its description are in no published file; <c>steering_config</c> is in some.
/// </summary>
internal static class Transcript
{
    internal const int MostMessages = 4000;

    /// <summary>The conversation: its answers are column A's, and column B has none yet.</summary>
    public static ConversationFile Read(JsonElement root)
    {
        var list = root.GetProperty("conversation");
        if (list.ValueKind != JsonValueKind.Array) throw ConversationJson.Fault("conversation", "is no list.", "A transcript has \"conversation\": [{\"role\", \"content\"}, …].");
        if (list.GetArrayLength() > MostMessages) throw ConversationJson.Fault("conversation", $"has {list.GetArrayLength()} messages; {MostMessages} are possible.");
        string system = "", user = "";
        var turns = new List<FiledTurn>();
        var (waiting, i) = (false, -1);
        foreach (var message in list.EnumerateArray())
        {
            var at = $"conversation[{++i}]";
            if (message.ValueKind != JsonValueKind.Object) throw ConversationJson.Fault(at, "is no message.", "A message is {\"role\", \"content\"}.");
            var (role, content) = (Field(message, at, "role"), Field(message, at, "content"));
            switch (role)
            {
                case "system" when i == 0:
                    system = content;
                    break;
                case "user" when !waiting:
                    (user, waiting) = (content, true);
                    break;
                case "assistant" when waiting:
                    turns.Add(Turn(user, system, [new FiledAnswer { Text = content }]));
                    waiting = false;
                    break;
                default:
                    throw ConversationJson.Fault($"{at}.role", $"is '{Formats.Printable.Text(role)}'.", "Messages go by turns: user, assistant, user, …; a system message may come first.");
            }
        }

        if (waiting) turns.Add(Turn(user, system, []));
        if (turns.Count == 0) throw ConversationJson.Fault("conversation", "has no message.");
        var model = root.TryGetProperty("model", out var name) && name.ValueKind == JsonValueKind.String ? new FiledModel(name.GetString()!) : null;
        var steering = root.TryGetProperty("steering_config", out var config) && config.ValueKind == JsonValueKind.Object
            && config.TryGetProperty("experiment_id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
        return new ConversationFile { A = new FiledColumn { Model = model, Note = steering }, B = new FiledColumn(), Turns = turns };
    }

    private static FiledTurn Turn(string user, string system, IReadOnlyList<FiledAnswer> answers) =>
        new() { User = user, Settings = system.Length > 0 ? new FiledSettings { SystemPrompt = system } : null, A = answers, B = [] };

    private static string Field(JsonElement message, string at, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : throw ConversationJson.Fault($"{at}.{name}", "is missing or no text.", "A message is {\"role\", \"content\"}.");
}
