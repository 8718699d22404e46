using AxisDemo.Interp;
using AxisDemo.Serving;

namespace AxisDemo.Web.Api;

/// <summary><c>POST /api/project</c>: <c>axis project</c> over HTTP.</summary>
internal static class ProjectEndpoint
{
    /// <summary>Maps it.</summary>
    public static void MapProject(this IEndpointRouteBuilder api) => api.MapPost("/project", ProjectAsync)
        .Counted()
        .Accepts<ProjectRequest>("application/json")
        .Produces<IReadOnlyList<TurnProjection>>()
        .MayFail(400, 401, 413, 415, 500, 503)
        .WithName("project")
        .WithTags("generation")
        .WithSummary("Projects an existing conversation.")
        .WithDescription("The model reads the conversation once and says where each message, and on request each token, lies along an axis. Nothing is generated.");

    private static async Task<IResult> ProjectAsync(HttpRequest http, RequestReader reader, CancellationToken cancellation)
    {
        var wanted = reader.Read(await RequestJson.ReadAsync<ProjectRequest>(http));
        var generator = wanted.Generator;
        var turns = await ConversationProjection.RunAsync(generator, generator.Tokenizer, generator.Template, wanted.Messages, wanted.Watch, wanted.Interventions, wanted.PerToken, cancellation);
        return Results.Json(turns, GenerationEvent.Json);
    }
}
