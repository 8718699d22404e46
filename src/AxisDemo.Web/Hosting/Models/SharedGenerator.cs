using System.Runtime.CompilerServices;
using AxisDemo.Formats;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Tokenizers;

namespace AxisDemo.Web.Hosting;

/// <summary>
/// A model that can leave the memory: it counts those whom it answers, and leaves only when there are none. Who asks it afterwards
/// is told so. Whoever holds a <see cref="ReadyModel"/> needs to do nothing for this.
/// </summary>
/// <param name="engine">What answers; disposed with this.</param>
/// <param name="clock">Says when it was last used.</param>
internal sealed class SharedGenerator(IGenerator engine, TimeProvider clock) : IGenerator, IDisposable
{
    private readonly Lock gate = new();
    private int users;
    private bool retired;

    /// <summary>Raised, on any thread, when the last of those whom it answered has gone.</summary>
    public event Action? Idle;

    /// <inheritdoc/>
    public ModelInfo Model => engine.Model;

    /// <inheritdoc/>
    public ITokenizer Tokenizer => engine.Tokenizer;

    /// <inheritdoc/>
    public ChatTemplate Template => engine.Template;

    /// <inheritdoc/>
    public EngineStatus Status => engine.Status;

    /// <summary>The clock's timestamp of the last use.</summary>
    public long LastUsed { get; private set; } = clock.GetTimestamp();

    /// <summary>Requests that it answers now.</summary>
    public int Users
    {
        get
        {
            lock (gate) return users;
        }
    }

    /// <summary>Takes no request from here on; false, and nothing changes, while it answers one.</summary>
    public bool TryRetire()
    {
        lock (gate) return users == 0 && (retired = true);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<GenerationEvent> StreamAsync(GenerationRequest request, CancellationToken cancellation = default)
    {
        lock (gate)
        {
            if (retired) throw new InputException("request", "model", $"{ReadyModel.IdOf(Model.Path)} is no longer in memory.", "Choose it in the list of models to load it again, or choose another.");
            users++;
            LastUsed = clock.GetTimestamp();
        }

        try
        {
            return Read(engine.StreamAsync(request, cancellation), CancellationToken.None);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate) retired = true;
        (engine as IDisposable)?.Dispose();
    }

    // The request's own cancellation ends the inner stream, with an event that says so; another would cut that off.
    private async IAsyncEnumerable<GenerationEvent> Read(IAsyncEnumerable<GenerationEvent> events, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            await foreach (var happened in events.WithCancellation(cancellation).ConfigureAwait(false)) yield return happened;
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        lock (gate)
        {
            LastUsed = clock.GetTimestamp();
            if (--users > 0) return;
        }

        Idle?.Invoke();
    }
}
