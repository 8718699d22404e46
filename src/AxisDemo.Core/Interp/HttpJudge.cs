using System.Net.Http.Json;
using System.Text.Json;

namespace AxisDemo.Interp;

/// <summary>
/// A judge behind a URL: gets <c>{"role","description","system","question","answer"}</c> by POST and replies <c>{"score": number}</c>;
/// the published scale is 0 (refuses) to 3 (fully in role). What model judges, and with which words, is the service's business.
/// </summary>
internal sealed class HttpJudge(Uri url, HttpClient client)
{
    private const int LongestReply = 1 << 16;

    /// <summary>The score of an answer.</summary>
    /// <exception cref="GenerationFailedException">The judge cannot be reached, or its reply holds no score.</exception>
    public async Task<float> ScoreAsync(RolePrompts role, string system, string question, string answer, CancellationToken cancellation)
    {
        try
        {
            using var reply = await client.PostAsJsonAsync(url, new { role = role.Role, description = role.Description, system, question, answer }, cancellation).ConfigureAwait(false);
            if (!reply.IsSuccessStatusCode) throw new GenerationFailedException($"{url}: the judge replied {(int)reply.StatusCode} {reply.ReasonPhrase}.");
            await reply.Content.LoadIntoBufferAsync(LongestReply, cancellation).ConfigureAwait(false);
            var text = await reply.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("score", out var score)
                && score.ValueKind == JsonValueKind.Number && score.TryGetSingle(out var value) && float.IsFinite(value)
                ? value
                : throw new GenerationFailedException($"{url}: the judge's reply holds no score; {{\"score\": number}} is expected.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new GenerationFailedException($"{url}: the judge cannot be asked: {e.Message}");
        }
    }
}
