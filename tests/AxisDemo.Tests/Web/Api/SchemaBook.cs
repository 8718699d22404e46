using System.Text.Json.Nodes;
using System.Text.Json;
using Json.Schema;

namespace AxisDemo.Tests.Web.Api;

/// <summary>The schemas of a host's OpenAPI document, evaluated by a JSON Schema implementation that is not ours.</summary>
internal sealed class SchemaBook
{
    private static readonly EvaluationOptions Everything = new() { OutputFormat = OutputFormat.List };
    private readonly Dictionary<string, JsonSchema> built = [];

    private SchemaBook(JsonNode document) => Document = document;

    public JsonNode Document { get; }

    public static async Task<SchemaBook> Of(HttpClient client) => new(JsonNode.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken))!);

    /// <summary>What a schema has against a value; null: nothing.</summary>
    /// <param name="schema">The schema as it stands in the document.</param>
    /// <param name="value">The value.</param>
    /// <param name="strict">Whether a field that is not described is wrong, as in an answer.</param>
    public string? Against(JsonNode schema, JsonElement value, bool strict = false)
    {
        var key = schema.ToJsonString() + strict;
        if (!built.TryGetValue(key, out var checker))
        {
            // The schema alone, with all others as its definitions.
            var (alone, others) = (schema.DeepClone(), Document["components"]!["schemas"]!.DeepClone());
            Plain(alone, strict);
            Plain(others, strict);
            var whole = new JsonObject { ["allOf"] = new JsonArray(alone), ["$defs"] = others };
            built[key] = checker = JsonSchema.FromText(whole.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));
        }

        var result = checker.Evaluate(value, Everything);
        return result.IsValid ? null : string.Join("; ", (result.Details ?? []).Where(d => d.Errors is not null).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value}")));
    }

    /// <summary>The schemas that one stands for: what a reference names, and each of several.</summary>
    public IEnumerable<JsonObject> Branches(JsonNode schema)
    {
        if (schema["$ref"] is { } name) return Branches(Document["components"]!["schemas"]![name.GetValue<string>().Split('/')[^1]]!);
        var several = (schema["anyOf"] ?? (schema["properties"] is null ? schema["oneOf"] : null)) as JsonArray;
        return several is null ? [(JsonObject)schema] : several.SelectMany(one => Branches(one!));
    }

    // JSON Schema alone does not know OpenAPI's one word of its own.
    private static void Plain(JsonNode node, bool strict)
    {
        if (node is JsonObject schema)
        {
            if (schema["discriminator"] is JsonObject) schema.Remove("discriminator");
            if (strict && schema["properties"] is JsonObject) schema["additionalProperties"] = false;
            // What must hold besides speaks of some of the same object's fields only.
            foreach (var (name, part) in schema.ToList())
                if (part is not null) Plain(part, strict && name != "allOf");
        }
        else if (node is JsonArray parts)
            foreach (var part in parts)
                if (part is not null) Plain(part, strict);
    }
}
