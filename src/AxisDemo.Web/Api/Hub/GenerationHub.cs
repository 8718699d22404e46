using System.Runtime.CompilerServices;
using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Serving;
using AxisDemo.Web.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Api;

/// <summary>
/// Generation for programs: <c>Generate(request)</c> at /hubs/generation streams the events of a request as JSON, the same as the
/// command line prints. Ending the stream, or the connection, takes the request out of the engine.
/// </summary>
public sealed class GenerationHub(RequestReader reader, RateLimits rates, IOptions<LimitOptions> options) : Hub
{
    private const string RunningKey = "running";

    /// <summary>The hub's path.</summary>
    public const string Path = "/hubs/generation";

    /// <inheritdoc/>
    public override Task OnConnectedAsync()
    {
        Context.Items[RunningKey] = new StrongBox<int>();
        return base.OnConnectedAsync();
    }

    /// <summary>How many answers the connection's address may ask for: <c>{limit, remaining}</c>, by the minute.</summary>
    public RateReport RateLimit() => new(rates.PerMinute, rates.Remaining(Address));

    /// <summary>Runs a request. What is wrong with it comes as one event of the kind <c>failed</c>.</summary>
    /// <param name="request">A <see cref="GenerateRequest"/> as JSON.</param>
    /// <param name="cancellation">Ends with the stream.</param>
    public async IAsyncEnumerable<JsonElement> Generate(JsonElement request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var running = (StrongBox<int>)Context.Items[RunningKey]!;
        var taken = Interlocked.Increment(ref running.Value);
        try
        {
            if (taken > options.Value.RequestsPerConnection)
            {
                yield return Json(new FailedEvent($"This connection has {taken - 1} requests running; {options.Value.RequestsPerConnection} are possible. Wait for one to end, or end its stream."));
                yield break;
            }

            using var place = rates.Enter(Address);
            if (place.Refusal is { } refusal)
            {
                yield return Json(new FailedEvent(refusal));
                yield break;
            }

            var events = Start(request, out var problem, cancellation);
            if (events is null)
            {
                yield return Json(new FailedEvent(problem));
                yield break;
            }

            await foreach (var happened in events) yield return Json(happened);
        }
        finally
        {
            Interlocked.Decrement(ref running.Value);
        }
    }

    private string Address => Context.GetHttpContext() is { } http ? ClientAddress.Of(http) : ClientAddress.Of(address: null);

    private IAsyncEnumerable<GenerationEvent>? Start(JsonElement request, out string problem, CancellationToken cancellation)
    {
        problem = "";
        try
        {
            var (generator, wanted) = reader.Read(RequestJson.Read<GenerateRequest>(request));
            return generator.StreamAsync(wanted, cancellation);
        }
        catch (InputException e)
        {
            problem = RequestJson.ForClients(e);
            return null;
        }
    }

    // As an element: the hub would serialise by the object's own type, and the field `kind` belongs to the base.
    private static JsonElement Json(GenerationEvent happened) => JsonSerializer.SerializeToElement(happened, GenerationEvent.Json);
}

/// <summary>What an address may ask for.</summary>
/// <param name="Limit">Answers a minute.</param>
/// <param name="Remaining">Answers left now.</param>
public sealed record RateReport(int Limit, int Remaining);
