using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Pages;
using Microsoft.OpenApi;
using static AxisDemo.Web.Api.SchemaParts;

namespace AxisDemo.Web.Api;

/// <summary>
/// What the fields of requests may hold, which C# types alone do not say: taken from the limits and ranges that
/// <see cref="RequestReader"/> checks, so that the description cannot promise anything else.
/// </summary>
internal static class RequestSchemas
{
    private const string Blocks = "^[0-9]+(:[0-9]+)?$";
    private const string Percentile = @"^p(0|100|[1-9][0-9]?(\.[0-9]+)?)$";
    private const string Where = "Where it acts: \"all\", \"no-special\" (all but the template's own), \"last\" (the prompt's last token and all after it), \"generated\" (the tokens of every answer), or a list of positions from 0.";
    private static readonly string[] Words = [.. new[] { Model.Hooks.Positions.All, Model.Hooks.Positions.NoSpecial, Model.Hooks.Positions.Last, Model.Hooks.Positions.Generated }.Select(p => p.ToString())];
    private static readonly string[] Sites = [.. Enum.GetValues<Site>().Where(s => s.CanBeChanged()).Select(s => s.ShortName())];

    /// <summary>Says it.</summary>
    public static void Describe(OpenApiDocument document, LimitOptions limits)
    {
        Interventions(document);
        var generate = document.Of(nameof(GenerateRequest)).Requires("messages");
        Common(generate);
        generate.Set("sampling", Of(nameof(RequestSampling)));
        generate.Set("beginning", OrNull(List(Whole(0), limits.MaxTokens)));
        generate.Set("maxTokens", OrNull(Whole(1, limits.MaxTokens, RequestReader.StandardMaxTokens(limits))));
        generate.Set("watch", OrNull(List(Text(), RequestReader.MostWatches)));
        generate.Set("read", Switch());
        generate.Set("logProbs", Switch());

        var project = document.Of(nameof(ProjectRequest)).Requires("messages");
        Common(project);
        project.Set("watch", OrNull(Text(standard: RequestReader.AxisName)));
        project.Set("tokens", Switch());

        var message = document.Of(nameof(RequestMessage)).Requires("role", "content");
        message.Set("role", Choice(RequestReader.Roles));
        message.Set("content", Text(limits.MessageCharacters));

        var (sampling, standard) = (document.Of(nameof(RequestSampling)).Requires(), new Sampling());
        sampling.Set("temperature", OrNull(Number(SamplingRanges.Temperature, standard.Temperature)));
        sampling.Set("topP", OrNull(Number(SamplingRanges.TopP, standard.TopP)));
        sampling.Set("topK", OrNull(Whole((int)SamplingRanges.TopK.Least, (int)SamplingRanges.TopK.Most, standard.TopK)));
        sampling.Set("repetitionPenalty", OrNull(Number(SamplingRanges.RepetitionPenalty, standard.RepetitionPenalty)));
        sampling.Set("seed", OrNull(Seed(standard.Seed)));
        sampling.Set("answerSeed", OrNull(Seed()));

        var cap = document.Of(nameof(RequestCap)).Requires();
        cap.Set("layers", OrNull(Layers()));
        cap.Set("threshold", OrNull(Threshold()));
        cap.Set("positions", OrNull(Positions(Words)));

        document.Of(nameof(ReportRequest)).Requires().Set("reason", OrNull(Text(IConversationStore.LongestReason, standard: "")));

        OpenApiSchema Of(string type) => OrNull(new OpenApiSchemaReference(type, document));

        void Common(OpenApiSchema request)
        {
            request.Set("messages", List(new OpenApiSchemaReference(nameof(RequestMessage), document), limits.Messages, 1));
            request.Set("model", OrNull(Text()));
            request.Set("cap", Of(nameof(RequestCap)));
            request.Set("interventions", OrNull(List(new OpenApiSchemaReference("Intervention", document), RequestReader.MostInterventions)));
        }
    }

    // Their C# type is plain JSON, which InterventionFile reads for the command line too.
    private static void Interventions(OpenApiDocument document)
    {
        var schemas = document.Components!.Schemas!;
        schemas.Remove("JsonElement");
        var kinds = new Dictionary<string, OpenApiSchema>
        {
            ["cap"] = Kind("cap", "A floor: where the projection is below it, the state is lifted to it.", ("threshold", Threshold(), "A number, a list with one per layer, or \"pNN\", a percentile stored in the axis file (needs `axis`); higher caps harder.", true)),
            ["add"] = Kind("add", "Steering: h + coefficient · vector.", ("coefficient", Number(), "What the vector is multiplied by.", true)),
            ["ablate"] = Kind("ablate", "Takes the direction out of the state.", ("coefficient", Number(), "Then adds this times the vector; missing: nothing is added.", false)),
            ["mean_ablate"] = Kind("mean_ablate", "Takes the direction out of the state, and adds a mean.", ("mean", Text(), "The mean that is added: AXIS#NAME, a tensor of an axis file.", true)),
        };
        kinds["mask_head"] = Other("mask_head", "A head's z becomes zero, or a mean.", ["heads"],
            ("heads", List(List(Whole(0), 2, 2), int.MaxValue), "The heads: [[layer, head], …]."),
            ("value", Choice(["zero", "mean"]), "What their z becomes; missing: zero, or the mean where one is given."),
            ("mean", Text(), "AXIS#NAME: a tensor [layers, heads * headDim] of an axis file; needed where the value is mean."),
            ("positions", Positions(Words), Where));
        kinds["patch"] = Other("patch", "Rows, or some heads of them, become given ones.", ["site", "values"],
            ("site", Choice(Sites), "The place in the block, by TransformerLens' names."),
            ("layers", Layers(), "\"a:b\", half open, or a block's number; needed, but for the site `embed`."),
            ("heads", List(Whole(0), int.MaxValue), "Of q, k, v and z: the heads that are replaced; missing: whole rows."),
            ("positions", Positions("all"), "\"all\" that the values have, or a list of positions from 0."),
            ("values", Text(), "AXIS#NAME: a tensor [positions, width] of an axis file."));
        foreach (var (kind, schema) in kinds) schemas[Name(kind)] = schema;
        schemas["Intervention"] = new OpenApiSchema
        {
            Description = "A change to the forward pass, as the command line's file holds it.",
            OneOf = [.. kinds.Keys.Select(kind => new OpenApiSchemaReference(Name(kind), document))],
            Discriminator = new OpenApiDiscriminator { PropertyName = "kind", Mapping = kinds.Keys.ToDictionary(kind => kind, kind => new OpenApiSchemaReference(Name(kind), document)) },
        };

        static string Name(string kind) => $"Intervention_{kind}";
    }

    private static OpenApiSchema Kind(string kind, string does, (string Name, OpenApiSchema Holds, string Means, bool Needed) own) => new OpenApiSchema
    {
        Type = JsonSchemaType.Object,
        Description = does + " Its direction is `axis` or `vector`, one of the two.",
        OneOf = [Only("axis"), Only("vector")],
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["kind"] = Choice([kind]),
            ["axis"] = Said(OrNull(Text()), "`axis`, the model's default, or the id of another axis of the model."),
            ["vector"] = Said(OrNull(Text()), "AXIS#NAME: a tensor of an axis file."),
            ["layers"] = Said(Layers(), "\"a:b\", half open, or a block's number; needed, but for the site `embed`, which is before the blocks and takes a vector of one row."),
            ["site"] = Said(OrNull(Choice(Sites, Site.ResidPost.ShortName())), "The place in the block, by TransformerLens' names; the vector is as wide as its rows."),
            ["positions"] = Said(OrNull(Positions(Words)), Where),
            [own.Name] = Said(own.Needed ? own.Holds : OrNull(own.Holds), own.Means),
        },
    }.Requires(own.Needed ? ["kind", own.Name] : ["kind"]);

    // One that is null is as if it were missing.
    private static OpenApiSchema Only(string field) => new() { Required = new HashSet<string> { field }, Properties = new Dictionary<string, IOpenApiSchema> { [field] = Text() } };

    private static OpenApiSchema Other(string kind, string does, string[] needed, params (string Name, OpenApiSchema Holds, string Means)[] fields)
    {
        var schema = new OpenApiSchema { Type = JsonSchemaType.Object, Description = does, Properties = new Dictionary<string, IOpenApiSchema> { ["kind"] = Choice([kind]) } };
        foreach (var (name, holds, means) in fields) schema.Properties[name] = Said(needed.Contains(name) ? holds : OrNull(holds), means);
        return schema.Requires(["kind", .. needed]);
    }

    private static OpenApiSchema Positions(params string[] words)
    {
        var positions = Either(Choice(words), List(Whole(0), int.MaxValue));
        positions.Default = words[0];
        return positions;
    }

    private static OpenApiSchema Layers() => Either(Text(pattern: Blocks), Whole(0));

    private static OpenApiSchema Threshold() => Either(Number(), new OpenApiSchema { Type = JsonSchemaType.Array, Items = Number(), MinItems = 1 }, Text(pattern: Percentile));

    private static OpenApiSchema Switch() => new() { Type = JsonSchemaType.Boolean, Default = false };
}
