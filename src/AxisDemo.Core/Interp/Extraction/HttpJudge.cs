using System.Net.Http.Json;
using System.Text.Json;
using AxisDemo.Serving;

namespace AxisDemo.Interp;

/// <summary>
/// A judge behind a URL: gets <c>{"role","description","system","question","answer"}</c> by POST and replies <c>{"score": number}</c>;
/// the published scale is 0 (refuses) to 3 (fully in role). What model judges, and with which words, is the service's business.
/// </summary>
internal sealed class HttpJudge(Uri url, HttpClient client)
{
    private const int LongestReply = 1 << 16;
    private readonly string name = NameOf(url);

    /// <summary>What may be stored and shown of a judge's address: scheme, host and path. A user's name or a key in the query is nobody else's.</summary>
    public static string NameOf(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>The score of an answer.</summary>
    /// <exception cref="GenerationFailedException">The judge cannot be reached, or its reply holds no score.</exception>
    public async Task<float> ScoreAsync(RolePrompts role, string system, string question, string answer, CancellationToken cancellation)
    {
        try
        {
            // Headers first: otherwise the client would buffer a reply of any length. Its time limit then ends with them, so it is set anew.
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = JsonContent.Create(new { role = role.Role, description = role.Description, system, question, answer }) };
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(client.Timeout);
            using var reply = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            if (!reply.IsSuccessStatusCode) throw new GenerationFailedException($"{name}: the judge replied {(int)reply.StatusCode} {reply.ReasonPhrase}.");
            await reply.Content.LoadIntoBufferAsync(LongestReply, limit.Token).ConfigureAwait(false);
            var text = await reply.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("score", out var score)
                && score.ValueKind == JsonValueKind.Number && score.TryGetSingle(out var value) && float.IsFinite(value)
                ? value
                : throw new GenerationFailedException($"{name}: the judge's reply holds no score; {{\"score\": number}} is expected.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new GenerationFailedException($"{name}: the judge cannot be asked: {e.Message}");
        }
    }
}
