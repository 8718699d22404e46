using System.Text.Json.Nodes;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using Microsoft.OpenApi;

namespace AxisDemo.Web.Api;

/// <summary>Requests that this host answers as they stand: within its limits, and with a cap only where its model has one to recommend.</summary>
internal static class ApiExamples
{
    /// <summary>Puts them into the description.</summary>
    public static void Describe(OpenApiDocument document, LimitOptions limits, ReadyModel? model)
    {
        var question = new JsonArray(Message("user", "Who are you?"));
        var generate = new JsonObject { ["messages"] = question, ["sampling"] = new JsonObject { ["temperature"] = 0.7f, ["seed"] = 7 }, ["maxTokens"] = Math.Min(48, limits.MaxTokens) };
        Add("/api/generate", "plain", "An answer of the host's current model.", generate);
        var project = new JsonObject { ["messages"] = new JsonArray([.. new[] { Message("user", "Who are you?"), Message("assistant", "I am an assistant.") }.Take(limits.Messages)]) };
        if (model?.Axis is { } axis)
        {
            Add("/api/project", "plain", "Where each message lies along the model's own axis.", project);
            var watched = generate.DeepClone();
            watched["watch"] = new JsonArray($"{RequestReader.AxisName}@{axis.DisplayLayer}");
            watched["read"] = true;
            if (axis.Recommended is var (layers, threshold)) watched["cap"] = new JsonObject { ["layers"] = layers, ["threshold"] = threshold };
            Add("/api/generate", "capped", "Along the model's own axis: watched, read by the plain model, and capped as the axis file recommends, where it does.", watched);
            var steered = generate.DeepClone();
            steered["interventions"] = new JsonArray(new JsonObject { ["kind"] = "add", ["axis"] = RequestReader.AxisName, ["layers"] = axis.DisplayLayer, ["coefficient"] = -1 });
            Add("/api/generate", "steered", "Pushed away from the assistant at one block.", steered);
        }

        Add("/api/conversations", "transcript", "A transcript in the published layout.", new JsonObject { ["model"] = "example", ["conversation"] = project["messages"]!.DeepClone() });
        var file = new ConversationFile { Created = new(2026, 1, 2, 3, 4, 5, default), A = new(), B = new(), Turns = [new FiledTurn { User = "Who are you?", A = [new FiledAnswer { Text = "I am an assistant." }] }] };
        Add("/api/conversations", "file", "The least that this program's own file holds.", JsonNode.Parse(ConversationJson.Write(file))!);
        Add("/api/conversations/{id}/report", "report", "A report.", new JsonObject { ["reason"] = "It names a private person." });

        void Add(string path, string name, string summary, JsonNode value) =>
            ((document.Paths[path].Operations![HttpMethod.Post].RequestBody!.Content!["application/json"]).Examples ??= new Dictionary<string, IOpenApiExample>())[name] =
                new OpenApiExample { Summary = summary, Value = value };
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };
}
