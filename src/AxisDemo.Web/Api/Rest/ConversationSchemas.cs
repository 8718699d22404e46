using System.Text.Json.Nodes;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Pages;
using Microsoft.OpenApi;
using static AxisDemo.Web.Api.SchemaParts;

namespace AxisDemo.Web.Api;

/// <summary>What the fields of a shared conversation may hold, as <see cref="ConversationJson"/> checks it.</summary>
internal static class ConversationSchemas
{
    /// <summary>Says it, and describes the published layout, which is taken too.</summary>
    public static void Describe(OpenApiDocument document)
    {
        var file = document.Of(nameof(ConversationFile));
        file.Set("format", Choice([ConversationFile.FormatName], ConversationFile.FormatName));
        file.Set("version", Whole(1, ConversationFile.CurrentVersion, 1));
        Longest("turns", ConversationJson.MostTurns, nameof(ConversationFile));
        // Both columns of the first version are there always.
        var there = new OpenApiSchema { Type = JsonSchemaType.Object };
        file.AllOf =
        [
            Either(
                new OpenApiSchema { Required = new HashSet<string> { "version" }, Properties = new Dictionary<string, IOpenApiSchema> { ["version"] = new OpenApiSchema { Minimum = "2" } } },
                new OpenApiSchema { Required = new HashSet<string> { "a", "b" }, Properties = new Dictionary<string, IOpenApiSchema> { ["a"] = there, ["b"] = there } }),
        ];
        document.Of(nameof(FiledColumn)).Set("note", OrNull(Text(ConversationJson.LongestName)));
        foreach (var name in new[] { "name", "sha256", "architecture", "quantization", "engine" }) LongText(nameof(FiledModel), name, ConversationJson.LongestName);
        foreach (var name in new[] { "name", "sha256" }) LongText(nameof(FiledAxis), name, ConversationJson.LongestName);
        document.Of(nameof(FiledAxis)).Set("displayLayer", Whole(0, ConversationJson.MostLayers, 0));

        LongText(nameof(FiledTurn), "user", ConversationJson.LongestText);
        foreach (var column in Columns.All) Longest(column.Letter(), ConversationJson.MostSamples, nameof(FiledTurn));

        var settings = document.Of(nameof(FiledSettings));
        settings.Set("temperature", Double(ConversationJson.Temperatures, 0));
        settings.Set("maxTokens", Whole(0, standard: 0));
        settings.Set("seed", Seed(0));
        settings.Set("repetitionPenalty", Double(ConversationJson.RepetitionPenalties, 1));
        settings.Set("repeats", Whole(1, ConversationJson.MostSamples, 1));
        settings.Set("systemPrompt", Text(ConversationJson.LongestText, standard: ""));
        settings.Set("history", Choice(ConversationJson.Histories, ConversationJson.Histories[0]));

        var variant = document.Of(nameof(FiledVariant));
        variant.Set("kind", Choice(VariantKinds.Words));
        variant.Set("percentile", OrNull(Double(ConversationJson.Percentiles)));
        variant.Set("strength", OrNull(Double(ConversationJson.Strengths)));
        foreach (var name in new[] { "band", "toward", "model" }) LongText(nameof(FiledVariant), name, ConversationJson.LongestName);
        LongText(nameof(FiledVariant), "systemPrompt", ConversationJson.LongestText);

        LongText(nameof(FiledReadings), "axis", ConversationJson.LongestName);
        var answer = document.Of(nameof(FiledAnswer));
        LongText(nameof(FiledAnswer), "text", ConversationJson.LongestText);
        foreach (var name in new[] { "reason", "error" }) LongText(nameof(FiledAnswer), name, ConversationJson.LongestName);
        answer.Set("continuations", Whole(0, standard: 0));
        ((OpenApiSchema)answer.Properties!["replayed"]).Default = false;
        answer.Set("seed", OrNull(Seed()));
        foreach (var name in new[] { "ids", "tokens", "pre", "post", "read", "touched", "liftedLayers", "kl", "plainChoice" }) Longest(name, ConversationJson.MostTokens, nameof(FiledAnswer));
        Longest("more", ConversationJson.MostAxes, nameof(FiledAnswer));
        // The framework does not look into the type of a list's items.
        ((OpenApiSchema)((OpenApiSchema)answer.Properties["plainChoice"]).Items!).Type = JsonSchemaType.String | JsonSchemaType.Null;

        document.Components!.Schemas!["Transcript"] = Transcript();

        OpenApiSchema Longest(string field, int most, string type)
        {
            var list = (OpenApiSchema)document.Of(type).Properties![field];
            list.MaxItems = most;
            return list;
        }

        void LongText(string type, string field, int longest) => ((OpenApiSchema)document.Of(type).Properties![field]).MaxLength = longest;
    }

    private static OpenApiSchema Double(NumberRange range, JsonNode? standard = null)
    {
        var number = Number(range, standard);
        number.Format = "double";
        return number;
    }

    private static OpenApiSchema Transcript() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "A transcript in the layout published with the Assistant Axis. Its answers become column A's; there is no field `format`.",
        Required = new HashSet<string> { "conversation" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["model"] = new OpenApiSchema { Description = "The model's name; what is no text is left out." },
            ["steering_config"] = new OpenApiSchema { Description = "What acted; its `experiment_id` is kept as a note where it is text." },
            ["conversation"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = "The messages, by turns: user, assistant, user, …; a system message may come first.",
                MinItems = 1,
                MaxItems = AxisDemo.Web.Conversations.Transcript.MostMessages,
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "role", "content" },
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["role"] = Choice(RequestReader.Roles),
                        ["content"] = Text(ConversationJson.LongestText),
                    },
                },
            },
        },
    };
}
