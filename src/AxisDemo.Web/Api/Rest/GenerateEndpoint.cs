using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using AxisDemo.Serving;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AxisDemo.Web.Api;

/// <summary><c>POST /api/generate</c>: the hub's <c>Generate</c> over HTTP.</summary>
internal static class GenerateEndpoint
{
    /// <summary>Maps it.</summary>
    public static void MapGenerate(this IEndpointRouteBuilder api) => api.MapPost("/generate", GenerateAsync)
        .Counted()
        .Accepts<GenerateRequest>("application/json")
        .Produces<GenerationEvent>(StatusCodes.Status200OK, "text/event-stream")
        .MayFail(400, 401, 413, 415, 503)
        .WithName("generate")
        .WithTags("generation")
        .WithSummary("Answers a conversation.")
        .WithDescription("Server-sent events; the data of each is one event as JSON, the same that the hub and the command line give. Closing the connection ends the work.");

    private static async Task<ServerSentEventsResult<string>> GenerateAsync(HttpRequest http, RequestReader reader, CancellationToken cancellation)
    {
        var (generator, wanted) = reader.Read(await RequestJson.ReadAsync<GenerateRequest>(http));
        // Proxies that collect answers before passing them on would undo the stream.
        http.HttpContext.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(Items(generator.StreamAsync(wanted, cancellation), cancellation));
    }

    private static async IAsyncEnumerable<SseItem<string>> Items(IAsyncEnumerable<GenerationEvent> events, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var happened in events.WithCancellation(cancellation)) yield return new SseItem<string>(happened.ToJson());
    }
}
