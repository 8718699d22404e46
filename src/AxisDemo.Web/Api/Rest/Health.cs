using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Api;

/// <summary>What a probe is told.</summary>
/// <param name="Status">"live", "ready", "loading" or "failed".</param>
/// <param name="Detail">What is being loaded, or what is wrong and what to do.</param>
public sealed record HealthReport(string Status, string? Detail = null);

/// <summary>The probes: <c>/health/live</c> (the process answers) and <c>/health/ready</c> (a model answers).</summary>
public static class Health
{
    /// <summary>Maps both.</summary>
    public static void MapHealth(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods("/health/live", methods, () => TypedResults.Ok(new HealthReport("live"))).ExcludeFromDescription();
        app.MapMethods("/health/ready", methods, (IModelSource source) => source.State switch
        {
            { Loaded: not null } => Results.Ok(new HealthReport("ready")),
            { Problem: { } problem } => Results.Json(new HealthReport("failed", problem), statusCode: StatusCodes.Status503ServiceUnavailable),
            var state => Results.Json(new HealthReport("loading", state.Doing), statusCode: StatusCodes.Status503ServiceUnavailable),
        }).ExcludeFromDescription();
    }

    /// <summary>Asks a probe of a running host, for containers without other tools: <c>AxisDemo --probe URL</c>.</summary>
    /// <returns>The exit code: 0 when it answers that all is well, else 1, with the reason on stderr.</returns>
    public static async Task<int> ProbeAsync(string url)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await client.GetAsync(new Uri(url));
            if (answer.IsSuccessStatusCode) return 0;
            await Console.Error.WriteLineAsync($"{url}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or UriFormatException or InvalidOperationException or NotSupportedException)
        {
            await Console.Error.WriteLineAsync($"{url}: {e.Message}");
        }

        return 1;
    }
}
