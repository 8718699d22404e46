using AxisDemo.Interp;
using AxisDemo.Tests.Formats;
using AxisDemo.Web.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;

namespace AxisDemo.Tests.Web.Hosting;

/// <summary>A library over a folder of tiny models, whose engines are scripted: what is tested is who is in memory, and when.</summary>
internal sealed class LibraryRoom : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public LibraryRoom(int most = 2, params string[] models)
        : this("first.gguf", most, models)
    {
    }

    /// <summary>A room whose host is configured to load another file.</summary>
    public LibraryRoom(string configured, int most, params string[] models)
    {
        foreach (var model in models.Length > 0 ? models : ["first", "second", "third"]) File.Copy(Repository.Fixture("tiny-models", "qwen2", "qwen2.gguf"), folder.File($"{model}.gguf"));
        var options = new EngineSettings { Model = configured, Models = folder.Path, MaxModels = most };
        Library = new ModelLibrary(Open, Microsoft.Extensions.Options.Options.Create(options), new HostPaths(new HostingEnvironment { ContentRootPath = folder.Path }), TimeProvider.System, new Listener(Warned));
    }

    public ModelLibrary Library { get; }

    public string this[string name] => folder.File(name);

    /// <summary>The engines that were opened, by model, the newest last.</summary>
    public Dictionary<string, List<Engine>> Opened { get; } = [];

    /// <summary>What was logged as a warning.</summary>
    public List<string> Warned { get; } = [];

    /// <summary>What the models' files leave open.</summary>
    public Func<string, IReadOnlyList<string>> Warnings { get; set; } = _ => [];

    /// <summary>What opening a model does before it is there.</summary>
    public Action<string, Action<double>, CancellationToken> Opening { get; set; } = (_, _, _) => { };

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async Task<LibraryRoom> Start()
    {
        await Library.StartAsync(Stop);
        await Until(() => Library.State.Loaded is not null && Library.Models is { Count: > 1 } all && all.All(m => m.Axes is not null));
        return this;
    }

    /// <summary>A model of these in two parts.</summary>
    /// <param name="name">Their folder, and what they are called.</param>
    public void Split(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        GgufEdit.Of(Repository.Fixture("tiny-models", "qwen2", "qwen2.gguf")).Set("split.no", 0).Set("split.count", 2).Set("split.tensors.count", 50).Save(folder.File($"{name}-00001-of-00002.gguf"));
        File.WriteAllBytes(folder.File($"{name}-00002-of-00002.gguf"), SplitModel.Empty(("split.no", 1), ("split.count", 2), ("split.tensors.count", 50)));
    }

    /// <summary>Waits until something is so.</summary>
    public async Task Until(Func<bool> holds)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            if (holds()) reached.TrySetResult();
        }

        Library.Changed += Look;
        Look();
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(1), Stop);
        Library.Changed -= Look;
    }

    public ListedModel Listed(string id) => Library.Models.Single(m => m.Id == id);

    public string[] InMemory => [.. Library.Loaded.Select(m => m.Id)];

    /// <summary>An axis with the shape of these models.</summary>
    /// <param name="name">Its file.</param>
    /// <param name="hash">Of the model that it is made for; empty: it does not say.</param>
    public void Axis(string name, string hash)
    {
        const int Layers = 4, Width = 64;
        var parts = new AxisParts
        {
            Layers = Layers,
            Width = Width,
            Axis = [.. Enumerable.Repeat(1f, Layers * Width)],
            PercentileTable = [.. Enumerable.Range(0, Layers * AxisFile.Percentiles).Select(i => (float)(i % AxisFile.Percentiles))],
            Provenance = new AxisProvenance { DisplayLayer = 1, Name = name, ModelName = "tiny", ModelSha256 = hash },
        };
        new AxisFile(parts).Write(folder.File(name + ModelCatalog.AxisEnding));
    }

    public void Dispose()
    {
        Library.Dispose();
        folder.Dispose();
    }

    private static string HashOf(string path, CancellationToken cancellation)
    {
        using var source = AxisDemo.Model.Loading.ModelSource.Open(path);
        return source.Hash(cancellation);
    }

    private Engine Open(string path, EngineSettings settings, Action<double> progress, CancellationToken cancellation)
    {
        var name = ReadyModel.IdOf(path);
        Opening(name, progress, cancellation);
        var engine = new Engine { Model = ScriptedGenerator.Info(name) with { Path = path, Sha256 = HashOf(path, cancellation), Layers = 4, Width = 64, Warnings = Warnings(path) } };
        lock (Opened)
        {
            if (!Opened.TryGetValue(name, out var all)) Opened[name] = all = [];
            all.Add(engine);
        }

        return engine;
    }

    private sealed class Listener(List<string> warned) : ILogger<ModelLibrary>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel != LogLevel.Warning) return;
            lock (warned) warned.Add(formatter(state, exception));
        }
    }

    /// <summary>A scripted engine that tells whether its memory was freed.</summary>
    internal sealed class Engine : ScriptedGenerator, IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}
