using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using static AxisDemo.Web.Api.SchemaParts;

namespace AxisDemo.Web.Api;

/// <summary>What the OpenAPI document says beside the endpoints' own words and types.</summary>
internal static class ApiDescription
{
    private const string Key = "ApiKey";
    private const string Conversations = "/api/conversations";

    /// <summary>Configures the document.</summary>
    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, context, _) =>
        {
            var services = context.ApplicationServices;
            var limits = services.GetRequiredService<IOptions<LimitOptions>>().Value;
            document.Info = new OpenApiInfo
            {
                Title = "AxisDemo",
                Version = "v1",
                Description = "Generation with a live projection on the Assistant Axis, capped or not. The same requests and events as the SignalR hub /hubs/generation and the command line. Ranges are this host's.",
            };
            foreach (var server in document.Servers ?? []) server.Url = server.Url?.TrimEnd('/');
            RequestSchemas.Describe(document, limits);
            ConversationSchemas.Describe(document);
            EventSchemas.Describe(document);
            Faults(document.Of(nameof(ProblemDetails)));
            Sharing(document);
            ApiExamples.Describe(document, limits, services.GetRequiredService<IModelSource>().State.Loaded);
            if (services.GetRequiredService<IOptions<AccessOptions>>().Value.ApiKey.Length > 0) Protect(document);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<CountedAnswers>().Any()) Count(operation);
            return Task.CompletedTask;
        });
    }

    private static void Faults(OpenApiSchema problem)
    {
        problem.Description = "What is wrong (RFC 9457).";
        problem.Required = new HashSet<string> { "status", "detail" };
        problem.Properties!["status"] = Said(new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" }, "The answer's status.");
        problem.Properties["detail"] = Said(Text(), "What is wrong and what to do.");
        problem.Properties["field"] = Said(Text(), "The field or header that is wrong, where it is one: `sampling.topP`, `messages[0].role`.");
        problem.Properties["traceId"] = Said(Text(), "Names the request in the host's log.");
        foreach (var (name, means) in new[] { ("type", "A link to what the status means."), ("title", "The status in words."), ("instance", "Not used.") }) Said((OpenApiSchema)problem.Properties[name], means);
    }

    // What the type of a handler's parameter and body cannot say.
    private static void Sharing(OpenApiDocument document)
    {
        document.Paths[Conversations].Operations![HttpMethod.Post].RequestBody!.Content!["application/json"].Schema =
            Either(new OpenApiSchemaReference(nameof(ConversationFile), document), new OpenApiSchemaReference("Transcript", document));
        foreach (var operation in document.Paths.Where(p => p.Key.StartsWith(Conversations + "/", StringComparison.Ordinal)).SelectMany(p => p.Value.Operations!.Values))
            foreach (var parameter in operation.Parameters!.Cast<OpenApiParameter>())
            {
                var header = parameter.In == ParameterLocation.Header;
                parameter.Required = true;
                parameter.Description = header ? "The key that was told when the conversation was shared." : "The conversation's id.";
                parameter.Schema = Text(pattern: SqliteStore.IdPattern);
            }
    }

    private static void Count(OpenApiOperation operation)
    {
        foreach (var (status, response) in operation.Responses!.Where(r => r.Key[0] == '2' || r.Key == "429"))
        {
            var headers = ((OpenApiResponse)response).Headers ??= new Dictionary<string, IOpenApiHeader>();
            headers[RateHeaders.Limit] = Header("Answers a minute that your address may ask for.");
            headers[RateHeaders.Remaining] = Header("Of these, left now.");
            if (status == "429") headers["Retry-After"] = Header("Seconds until it is worth to come again.");
        }

        static OpenApiHeader Header(string means) => new() { Description = means, Schema = Whole(0) };
    }

    private static void Protect(OpenApiDocument document)
    {
        (document.Components ??= new OpenApiComponents()).SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Key] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key", Description = "The key that the host's operator has set." },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, document)] = [] }];
    }
}
