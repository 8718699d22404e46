using System.Text.Json.Nodes;
using AxisDemo.Interp;
using AxisDemo.Serving;
using AxisDemo.Web.Pages;
using Microsoft.OpenApi;

namespace AxisDemo.Web.Api;

/// <summary>
/// What is sent as <see cref="GenerationEvent.Json"/> says: a field that does not apply is left out, never null, and a number that is
/// none is sent by its name. The framework describes types by the host's own JSON, in which both are otherwise.
/// </summary>
internal static class EventSchemas
{
    private const string Kind = "kind";
    private static readonly string[] NamedNumbers = ["NaN", "Infinity", "-Infinity"];

    /// <summary>Says it.</summary>
    public static void Describe(OpenApiDocument document)
    {
        var events = document.Of(nameof(GenerationEvent));
        events.Description = "What happens to a request, in order: queued*, started, prefill*, token*, then finished or failed. `kind` comes first.";
        // A prompt's projections are asked for by /api/project alone, which sums them up.
        Forget(document, events);
        foreach (var one in events.AnyOf!.Cast<OpenApiSchemaReference>().Append(new OpenApiSchemaReference(nameof(TurnProjection), document))) AsSent(document, one, []);
        var finished = document.Of(nameof(GenerationEvent) + nameof(FinishedEvent));
        finished.Set("reason", SchemaParts.Choice(FinishReasons.Words));
        // "One of" as JSON Schema means it: the kinds exclude each other.
        (events.OneOf, events.AnyOf) = (events.AnyOf, null);
    }

    private static void Forget(OpenApiDocument document, OpenApiSchema events)
    {
        const string Prompt = nameof(GenerationEvent) + nameof(PromptEvent);
        events.AnyOf = [.. events.AnyOf!.Where(one => ((OpenApiSchemaReference)one).Reference.Id != Prompt)];
        events.Discriminator!.Mapping = events.Discriminator.Mapping!.Where(one => one.Value.Reference.Id != Prompt).ToDictionary();
        document.Components!.Schemas!.Remove(Prompt);
        document.Components.Schemas.Remove(nameof(PromptProjection));
    }

    private static void AsSent(OpenApiDocument document, OpenApiSchemaReference type, HashSet<string> seen)
    {
        if (!seen.Add(type.Reference.Id!)) return;
        var schema = document.Of(type.Reference.Id!);
        schema.Type = JsonSchemaType.Object;
        var fields = schema.Properties!;
        schema.Required = fields.Where(f => f.Value.Type?.HasFlag(JsonSchemaType.Null) != true).Select(f => f.Key).ToHashSet();
        foreach (var (name, field) in fields.Select(f => (f.Key, f.Value as OpenApiSchema)).Where(f => f.Item2 is not null).ToList())
        {
            field!.Type &= ~JsonSchemaType.Null;
            if (field.Items is OpenApiSchemaReference items) AsSent(document, items, seen);
            if (field.Type == JsonSchemaType.Number) schema.Set(name, SchemaParts.Either(SchemaParts.Plain(field), SchemaParts.Choice(NamedNumbers)));
        }
    }
}
