using AxisDemo.Formats;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Hosting;

/// <summary>
/// Loads models in the background: pages come up at once and say how far it is. One model loads at a time, so that what the one takes
/// is known before the next is judged; those that answer go on meanwhile.
/// </summary>
public sealed partial class ModelLibrary(OpenModel open, IOptions<EngineSettings> options, HostPaths paths, TimeProvider clock, ILogger<ModelLibrary> log) : BackgroundService, IModelLibrary
{
    private readonly Lock trimming = new();
    private readonly Lock gate = new();
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<string, Slot> slots = new(StringComparer.OrdinalIgnoreCase);
    private readonly ModelFolder folder = new(paths.Locate(options.Value.Models));
    private readonly string configured = GgufPartName.FirstOf(paths.Locate(options.Value.Model));
    private IReadOnlyList<string> faults = [];
    private Task refreshing = Task.CompletedTask;
    private int lists;
    private int shownList;
    private Slot? newest;
    private bool disposed;

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public ModelState State
    {
        get
        {
            lock (gate) return slots.ContainsKey(ReadyModel.IdOf(configured)) ? StateOf(Current) : new ModelState(null, "Loading the model…", null);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ReadyModel> Loaded
    {
        get
        {
            lock (gate) return [.. slots.Values.Where(s => s.Ready is not null).OrderBy(s => s.Id, StringComparer.OrdinalIgnoreCase).Select(s => s.Ready!)];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ListedModel> Models
    {
        get
        {
            lock (gate) return [.. slots.Values.OrderBy(s => s.Id, StringComparer.OrdinalIgnoreCase).Select(s => s.Listed(s == Current))];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Faults => Volatile.Read(ref faults);

    // The configured model, unless it is not there and another is: the one that came last.
    private Slot Current
    {
        get
        {
            var wanted = Add(configured);
            return wanted.Ready is not null || wanted.Loading is not null ? wanted
                : newest?.Ready is not null ? newest
                : slots.Values.FirstOrDefault(s => s.Ready is not null) ?? wanted;
        }
    }

    /// <inheritdoc/>
    public ModelState StateOf(string? model, string? axis = null)
    {
        if (model is null) return State is { Loaded: { } current } state ? state with { Loaded = current.With(axis) ?? current } : State;
        lock (gate)
        {
            return slots.TryGetValue(model, out var slot) && slot is { Ready: { } ready } ? new ModelState(ready.With(axis) ?? ready, null, null)
                : slot?.Loading is not null ? StateOf(slot)
                : new ModelState(null, $"{model} is not in memory. Choose a model.", null);
        }
    }

    /// <inheritdoc/>
    public Task RefreshAsync()
    {
        // One at a time, whoever asks.
        lock (gate)
            return refreshing.IsCompleted ? refreshing = Task.Run(() =>
            {
                List(hashing: false);
                List(hashing: true);
            }) : refreshing;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        List<SharedGenerator> leaving;
        lock (gate)
        {
            disposed = true;
            leaving = [.. slots.Values.Select(s => s.Shared).OfType<SharedGenerator>()];
        }

        stopping.Cancel();
        foreach (var generator in leaving) generator.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The configured one first: visitors wait for it.
        lock (gate) Add(configured);
        var loading = LoadAsync(ReadyModel.IdOf(configured), stoppingToken);
        await Task.Run(() => List(hashing: false), stoppingToken);
        await loading.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await Task.Run(() => List(hashing: true), stoppingToken);
    }

    private static ModelState StateOf(Slot slot) => new(slot.Ready,
        slot.Loading is { } loading ? loading.Waiting ? $"{slot.Name} waits for another model to be loaded" : $"Loading {slot.Name}, {(int)(loading.Part * 100)} %" : null,
        slot.Ready is null && slot.Loading is null ? slot.Problem ?? $"{slot.Name} is not in memory." : null);

    private void List(bool hashing)
    {
        var number = Interlocked.Increment(ref lists);
        try
        {
            var (models, problems) = folder.Read(hashing, stopping.Token);
            lock (gate)
            {
                // One that was begun earlier and took longer knows less.
                if (number < shownList) return;
                shownList = number;
                var there = models.Select(m => m.Path).Append(configured).ToHashSet(StringComparer.Ordinal);
                foreach (var gone in slots.Values.Where(s => s.Ready is null && s.Loading is null && !there.Contains(s.Path)).ToList()) slots.Remove(gone.Id);
                List<string> same = [];
                foreach (var model in models)
                {
                    var slot = Add(model.Path);
                    if (IsSame(slot.Path, model.Path)) slot.Found = model;
                    else same.Add($"{HostPaths.WithoutFolder(model.Path, System.IO.Path.Combine(folder.Path, "model"))}: another model is called {slot.Id} too. Rename one of them.");
                }

                faults = [.. problems, .. same];
            }

            AttachNew();
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            log.LogWarning("The folder of models cannot be read: {Problem}", e.Message);
            faults = [HostPaths.WithoutFolder(e.Message, folder.Path)];
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }

        Changed?.Invoke();
    }

    // Two files of the same name in different folders: the one that was there first has the name, and the other none.
    private Slot Add(string path)
    {
        if (slots.TryGetValue(ReadyModel.IdOf(path), out var known)) return known;
        return slots[ReadyModel.IdOf(path)] = new Slot(path);
    }

    // By way of a link, a model can have two paths.
    private static bool IsSame(string a, string b) => System.IO.Path.GetFullPath(a) == System.IO.Path.GetFullPath(b) || ModelFolder.StampOf(a) == ModelFolder.StampOf(b);

    private sealed class Slot(string path)
    {
        public string Id { get; } = ReadyModel.IdOf(path);
        public string Path { get; } = path;
        public string Name => AxisFiles.WithoutQuantisation(System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path)));
        public FoundModel? Found { get; set; }
        public ReadyModel? Ready { get; set; }
        public SharedGenerator? Shared { get; set; }
        public Loading? Loading { get; set; }
        public string? Problem { get; set; }

        public ListedModel Listed(bool current)
        {
            var info = Ready?.Generator.Model;
            return new ListedModel
            {
                Id = Id,
                Name = Name,
                Bytes = Found?.Bytes ?? ModelFolder.SizeOf(Path),
                Architecture = info?.Architecture ?? Found?.Header?.Architecture,
                Parameters = info?.Parameters ?? Found?.Header?.Parameters ?? 0,
                Quantization = info?.Quantization ?? Found?.Header?.Quantization,
                Axes = Ready is not null ? [.. Ready.Axes.Select(a => a.Id)] : Found?.Axes,
                Phase = Ready is not null ? ModelPhase.Ready : Loading is not null ? ModelPhase.Loading : Problem is not null ? ModelPhase.Failed : ModelPhase.Listed,
                Part = Loading?.Part ?? 0,
                Answering = Shared?.Users ?? 0,
                Current = current,
                Problem = Problem,
                Warnings = [.. (info?.Warnings ?? Found?.Header?.Warnings ?? []).Select(w => HostPaths.WithoutFolder(w, Path))],
            };
        }
    }

    private sealed class Loading(CancellationToken stopping)
    {
        public CancellationTokenSource Cancel { get; } = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        public double Part { get; set; }
        public bool Waiting { get; set; } = true;
        public Task<ReadyModel> Task { get; set; } = null!;
    }
}
