using AxisDemo.Formats;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Api;

/// <summary>Shared conversations for programs: <c>/api/conversations</c>. The page keeps and opens them the same way.</summary>
public static class ConversationEndpoints
{
    private const string Json = "application/json";

    /// <summary>The header that carries the deletion key.</summary>
    public const string KeyHeader = "X-Conversation-Key";

    /// <summary>Adds the endpoints.</summary>
    public static RouteGroupBuilder MapConversations(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/conversations").WithTags("conversations").AddEndpointFilter(ApiFaults.Answer);
        group.MapPost("/", AddAsync).Counted().Accepts<ConversationFile>(Json).MayFail(400, 401, 403, 413, 415, 503).DisableAntiforgery().WithName("shareConversation")
            .WithMetadata(new RequestSizeLimitAttribute(SharingOptions.MostBytes)) // more than other requests may bring
            .WithSummary("Shares a conversation: this program's file, or a transcript in the published layout. Keep the key: it alone deletes.");
        group.MapGet("/{id}", Find).Produces<ConversationFile>(StatusCodes.Status200OK, Json).MayFail(401, 404, 503).WithName("getConversation")
            .WithSummary("A shared conversation: what was understood of what was handed in.");
        group.MapDelete("/{id}", Delete).MayFail(400, 401, 404, 503).WithName("deleteConversation")
            .WithSummary($"Deletes a shared conversation; the key goes in the header {KeyHeader}.");
        group.MapPost("/{id}/report", ReportAsync).Counted().Accepts<ReportRequest>(Json).MayFail(400, 401, 403, 404, 413, 415, 503).DisableAntiforgery().WithName("reportConversation")
            .WithSummary("Tells the host's keeper that a conversation should not be here; only where the option Sharing:Reports is on.");
        return group;
    }

    private static async Task<Results<Created<Share>, ProblemHttpResult>> AddAsync(HttpRequest request, IConversationStore store, IOptions<SharingOptions> options, CancellationToken cancellation)
    {
        RequestJson.EnsureJson(request);
        if (!options.Value.Enabled) return Problem(StatusCodes.Status403Forbidden, "This host shares no conversations (Sharing:Enabled).");
        if (await ReadAsync(request, options.Value.MaxBytes, cancellation) is not { } body)
            return Problem(StatusCodes.Status413PayloadTooLarge, $"The conversation has more than {options.Value.MaxBytes:N0} bytes (Sharing:MaxBytes).");
        // Written anew: what is kept is what was understood, and nothing else. What is wrong with it is the group's filter's to say.
        var understood = ConversationJson.Write(ConversationJson.Read(body));
        try
        {
            var share = store.Add(understood);
            return TypedResults.Created($"/api/conversations/{share.Id}", share);
        }
        catch (InputException e)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }

    private static Results<FileContentHttpResult, ProblemHttpResult> Find(string id, IConversationStore store)
    {
        try
        {
            return store.Find(id) is { } shared ? TypedResults.File(shared.Json, Json) : Missing();
        }
        catch (InputException e)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }

    private static Results<NoContent, ProblemHttpResult> Delete(string id, [FromHeader(Name = KeyHeader)] string? key, IConversationStore store)
    {
        if (string.IsNullOrEmpty(key)) throw new InputException("request", KeyHeader, "the header is missing.", "Send the key that was told when the conversation was shared.");
        try
        {
            return store.Delete(id, key) ? TypedResults.NoContent() : Missing();
        }
        catch (InputException e)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ReportAsync(string id, HttpRequest request, IConversationStore store, IOptions<SharingOptions> options)
    {
        if (!options.Value.Reports) return Problem(StatusCodes.Status403Forbidden, "This host takes no reports (Sharing:Reports).");
        var report = await RequestJson.ReadAsync<ReportRequest>(request) ?? throw new InputException("request", "", "there is none.", "Give {\"reason\": …}.");
        var reason = report.Reason ?? "";
        if (JsonWords.Characters(reason) is var length && length > IConversationStore.LongestReason)
            throw new InputException("request", "reason", $"it has {length} characters; {IConversationStore.LongestReason} are possible.", "Shorten it.");
        try
        {
            return store.Report(id, ClientAddress.Of(request.HttpContext), reason) ? TypedResults.NoContent() : Missing();
        }
        catch (InputException e)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }

    private static ProblemHttpResult Missing() => Problem(StatusCodes.Status404NotFound, "There is no such conversation: it was deleted or has expired, or the id or key is wrong.");

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);

    // The length that a client announces is only what it says.
    private static async Task<byte[]?> ReadAsync(HttpRequest request, int most, CancellationToken cancellation)
    {
        if (request.ContentLength > most) return null;
        var body = new MemoryStream();
        var buffer = new byte[16384];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (body.Length + read > most) return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}

/// <summary>Why a conversation should not be here.</summary>
/// <param name="Reason">In the reader's words; may be empty.</param>
public sealed record ReportRequest(string? Reason = null);
