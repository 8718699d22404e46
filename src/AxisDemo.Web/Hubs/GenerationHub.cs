using System.Runtime.CompilerServices;
using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Serving;
using AxisDemo.Web.Options;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Hubs;

/// <summary>
/// Generation for programs: <c>Generate(request)</c> at /hubs/generation streams the events of a request as JSON, the same as the
/// command line prints. Ending the stream, or the connection, takes the request out of the engine.
/// </summary>
public sealed class GenerationHub(RequestReader reader, IOptions<LimitOptions> options) : Hub
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

    /// <summary>Runs a request. What is wrong with it comes as one event of the kind <c>failed</c>.</summary>
    public async IAsyncEnumerable<JsonElement> Generate(HubRequest? request, [EnumeratorCancellation] CancellationToken cancellation)
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

    private IAsyncEnumerable<GenerationEvent>? Start(HubRequest? request, out string problem, CancellationToken cancellation)
    {
        problem = "";
        try
        {
            var (generator, wanted) = reader.Read(request);
            return generator.StreamAsync(wanted, cancellation);
        }
        catch (InputException e)
        {
            // A file's name is enough for a client; where it lies on this machine is not its business.
            problem = System.IO.Path.IsPathRooted(e.Origin) ? e.Message.Replace(e.Origin, System.IO.Path.GetFileName(e.Origin), StringComparison.Ordinal) : e.Message;
            return null;
        }
    }

    // As an element: the hub would serialise by the object's own type, and the field `kind` belongs to the base.
    private static JsonElement Json(GenerationEvent happened) => JsonSerializer.SerializeToElement(happened, GenerationEvent.Json);
}
