using System.Collections.Concurrent;
using System.Diagnostics;
using AxisDemo.Compute;
using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Model;
using AxisDemo.Tokenizers;

namespace AxisDemo.Serving;

/// <summary>
/// Runs requests on a model: one step loop on one thread, all requests in one batch, a finished conversation's keys and values kept
/// for its next turn. Nothing else touches the model.
/// </summary>
public sealed class Engine : IGenerator, IDisposable
{
    private readonly LoadedModel model;
    private readonly EngineOptions options;
    private readonly IKvStore store;
    private readonly KvPool pool;
    private readonly StepRunner runner;
    private readonly RequestStart begin;
    private readonly ConcurrentQueue<RunningRequest> incoming = new();
    private readonly List<RunningRequest> waiting = [];
    private readonly List<RunningRequest> running = [];
    private readonly SemaphoreSlim wake = new(0);
    private readonly Thread thread;
    private volatile bool stopping;
    private int queued;
    private EngineStatus status;

    /// <summary>Starts the engine; it owns the model from here on, also when this fails.</summary>
    /// <exception cref="InputException">An option is out of its range, or there is no room for keys and values (<see cref="FaultKind.Memory"/>).</exception>
    public Engine(LoadedModel model, EngineOptions? options = null)
    {
        this.model = model;
        this.options = options ?? new EngineOptions();
        try
        {
            this.options.Validate();
            store = model.Transformer.CreateKeyValues(this.options.PageTokens);
            pool = new KvPool(store, this.options.KvBudgetBytes, this.options.StreamBytes);
            begin = new RequestStart(model, pool);
            if (store.Eager) store.EnsurePages(pool.Capacity);
            runner = new StepRunner(model, pool, store, this.options);
        }
        catch
        {
            // Nobody else has them: a device without room for keys and values must not keep the weights.
            store?.Dispose();
            model.Dispose();
            throw;
        }

        status = new EngineStatus(0, 0, 0, 0, this.options.KvBudgetBytes);
        thread = new Thread(Run) { IsBackground = true, Name = "engine" };
        thread.Start();
    }

    /// <inheritdoc/>
    public ModelInfo Model => model.Info;

    /// <inheritdoc/>
    public ITokenizer Tokenizer => model.Tokenizer;

    /// <inheritdoc/>
    public ChatTemplate Template => model.Template;

    /// <inheritdoc/>
    public EngineStatus Status => Volatile.Read(ref status);

    /// <inheritdoc/>
    public IAsyncEnumerable<GenerationEvent> StreamAsync(GenerationRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(stopping, this);
        RequestCheck.Validate(request, model.Info, model.Tokenizer.VocabularySize, options);
        var needed = pool.PagesFor(Positions(request)) * (request.Read ? 2 : 1);
        if (needed > pool.Capacity)
            throw new InputException("request", "maxTokens", $"prompt and answer need {needed} pages of keys and values; the engine holds {pool.Capacity}.", "Ask for a shorter answer, or raise Engine:KvBudgetMegabytes (axis: --kv-budget).");
        if (Interlocked.Increment(ref queued) > options.MaxWaiting + options.MaxRunning)
        {
            Interlocked.Decrement(ref queued);
            throw new InputException("request", "queue", $"too many visitors: {options.MaxRunning} requests are running and {options.MaxWaiting} wait.", "Try again in a moment.") { Kind = FaultKind.Queue };
        }

        var entry = new RunningRequest(request, cancellation) { ReservedPages = needed, CaptureBytes = RequestCheck.CaptureBytes(request, model.Info, options), StreamBytes = RequestCheck.StreamBytes(request, model.Info) };
        incoming.Enqueue(entry);
        wake.Release();
        // The loop may have ended between the check and the queue: nobody else would answer.
        if (stopping) entry.Cancel();
        return Read(entry);
    }

    /// <summary>Ends the loop and frees the model. Requests still running end as cancelled.</summary>
    public void Dispose()
    {
        if (stopping) return;
        stopping = true;
        wake.Release();
        thread.Join();
        // The semaphore stays: a visitor may still cancel, and it holds nothing that needs freeing.
        store.Dispose();
        model.Dispose();
    }

    private async IAsyncEnumerable<GenerationEvent> Read(RunningRequest entry)
    {
        using var wakeUp = entry.Cancellation.UnsafeRegister(static state => ((Engine)state!).wake.Release(), this);
        try
        {
            await foreach (var e in entry.Events.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return e;
        }
        finally
        {
            // Who stops listening early has left: the request goes with them.
            entry.Abandon();
            wake.Release();
        }
    }

    private int Positions(GenerationRequest request) => Math.Min(request.Prompt.Count + request.AnswerTokens, model.Info.Context);

    private void Run()
    {
        var rate = new RateMeter();
        while (!stopping)
        {
            while (incoming.TryDequeue(out var entry)) waiting.Add(entry);
            DropCancelled(waiting, started: false);
            DropCancelled(running, started: true);
            Admit();
            if (running.Count == 0)
            {
                Report(rate);
                wake.Wait();
                continue;
            }

            try
            {
                rate.Add(runner.Step(running));
            }
            catch (Exception failure)
            {
                // A fault of the engine itself: those in the batch are told, the loop goes on for the others.
                Trace.TraceError(failure.ToString());
                foreach (var entry in running)
                {
                    entry.Fail($"The engine failed in this step: {failure.Message}");
                    Remove(entry, keep: false);
                }

                running.Clear();
            }

            for (var i = running.Count - 1; i >= 0; i--)
                if (runner.Finished.Contains(running[i]))
                {
                    Remove(running[i], keep: !running[i].Failed);
                    running.RemoveAt(i);
                }

            runner.Finished.Clear();
            if (running.Count == 0) model.Transformer.Vectors.Trim();
            Report(rate);
        }

        foreach (var entry in running.Concat(waiting).Concat(incoming)) entry.Cancel();
    }

    private void Admit()
    {
        for (var i = 0; i < waiting.Count && running.Count < options.MaxRunning; i++)
        {
            // In order: a large request is not overtaken for ever by small ones.
            if (waiting[i].CaptureBytes > 0 && running.Sum(r => r.CaptureBytes) + waiting[i].CaptureBytes > options.MaxCaptureBytes) break;
            if (waiting[i].StreamBytes > 0 && running.Sum(r => r.StreamBytes) + waiting[i].StreamBytes > options.StreamBytes) break;
            if (!pool.TryReserve(waiting[i].ReservedPages)) break;
            var entry = waiting[i];
            waiting.RemoveAt(i--);
            try
            {
                begin.Begin(entry);
                running.Add(entry);
            }
            catch (Exception failure)
            {
                // What goes wrong with one request ends that one.
                Trace.TraceError(failure.ToString());
                entry.Fail($"The engine could not begin: {failure.Message}");
                Remove(entry, keep: false);
            }
        }

        for (var i = 0; i < waiting.Count; i++)
            if (waiting[i].Ahead != i)
            {
                waiting[i].Ahead = i;
                waiting[i].Send(new QueuedEvent(i));
            }
    }

    private void DropCancelled(List<RunningRequest> list, bool started)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (!list[i].IsCancelled) continue;
            var entry = list[i];
            list.RemoveAt(i);
            entry.Cancel();
            if (started) Remove(entry, keep: true);
            else Interlocked.Decrement(ref queued);
        }
    }

    private void Remove(RunningRequest entry, bool keep)
    {
        foreach (var sequence in (ReadOnlySpan<Sequence?>)[entry.Main, entry.Reader])
            if (sequence is not null) Keep(entry, sequence, keep ? sequence.Computed : 0);
        pool.Unreserve(entry.ReservedPages);
        Interlocked.Decrement(ref queued);
    }

    private void Keep(RunningRequest entry, Sequence sequence, int positions)
    {
        try
        {
            begin.Keep(entry, sequence, positions);
        }
        catch (Exception failure)
        {
            // A device that has failed cannot be asked what its pages hold. They are given to nobody; the loop tells who comes next.
            Trace.TraceError(failure.ToString());
        }
    }

    private void Report(RateMeter rate) =>
        Volatile.Write(ref status, new EngineStatus(running.Count, waiting.Count, rate.PerSecond, pool.UsedBytes, options.KvBudgetBytes));

    /// <summary>Rows of answers per second (a reader's rows among them), averaged over about half a second of work.</summary>
    private sealed class RateMeter
    {
        private long last = Stopwatch.GetTimestamp();

        public double PerSecond { get; private set; }

        public void Add(StepTime step)
        {
            if (step.AnswerRows == 0) return;
            var now = Stopwatch.GetTimestamp();
            var instant = step.AnswerRows / step.Seconds;
            // After a pause the old average says nothing.
            var weight = Stopwatch.GetElapsedTime(last, now).TotalSeconds > 2 ? 1 : Math.Min(1, step.Seconds * 2);
            PerSecond += weight * (instant - PerSecond);
            last = now;
        }
    }
}

/// <summary>What a step took.</summary>
internal readonly record struct StepTime(int AnswerRows, double Seconds);
