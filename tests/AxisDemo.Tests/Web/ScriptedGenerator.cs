using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Tokenizers;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web;

/// <summary>A generator that says what it is told to, with the embedded model's real tokenizer and template: state is tested, not a model.</summary>
internal class ScriptedGenerator : IGenerator, IModelLibrary
{
    private static readonly Lazy<(ITokenizer, ChatTemplate)> Words = new(() =>
    {
        using var file = GgufFile.Open(Repository.Model);
        return (AxisDemo.Tokenizers.Tokenizer.FromGguf(file), ChatTemplate.FromGguf(file)!);
    });

    private readonly Channel<GenerationRequest> asked = Channel.CreateUnbounded<GenerationRequest>();

    public ScriptedGenerator() => State = new ModelState(new ReadyModel(this, TestAxis(), null), null, null);

    public event Action? Changed;
    public ModelState State { get; private set; }
    public List<ReadyModel> Beside { get; } = [];
    public IReadOnlyList<ReadyModel> Loaded => State.Loaded is { } first ? [first, .. Beside] : [];
    public List<GenerationRequest> Requests { get; } = [];
    public Func<GenerationRequest, IEnumerable<GenerationEvent>> Script { get; set; } = _ => Say("Hello", " there", ".");
    public TaskCompletionSource? Hold { get; set; }
    public ModelInfo Model { get; set; } = Info("scripted");
    public ITokenizer Tokenizer => Words.Value.Item1;
    public ChatTemplate Template => Words.Value.Item2;
    public EngineStatus Status { get; } = new(0, 0, 50, 0, 1);

    public static ModelInfo Info(string name) => new("Scripted", $"{name}.gguf", "00", "llama", 1_000_000, "F32", 4, 3, 100, 49152, "a test") { Heads = 3, KvHeads = 1, HeadDim = 1 };

    public static ChatAxis TestAxis() => new()
    {
        Name = "a test axis",
        DisplayLayer = 2,
        CapLayers = [1, 2],
        Layers = 4,
        MeanNorm = 10,
        RoleNames = ["vampire"],
        TowardRole = role => role == "vampire" ? new Direction(role, [-1, 0, 1]) : null,
        Direction = layer => new Direction("axis", [1, layer, 0]),
        Floor = (_, percentile) => (float)percentile - 80,
        Roles = [new("assistant", 5), new("vampire", -50)],
        Price = 0.13,
    };

    public static IEnumerable<GenerationEvent> Say(params string[] pieces) =>
    [
        new QueuedEvent(0), new StartedEvent(10, 0),
        .. pieces.Select((text, i) => new TokenEvent(i, 100 + i, text, [new TokenProjection("assistant", 2, -10 - i, -5, i % 2 == 0) { Read = -20 - i }]) { LiftedLayers = i % 2, Kl = 0.1f }),
        new FinishedEvent(FinishReason.Stop, pieces.Length, 42),
    ];

    /// <summary>Says what it is asked for with: the same to the same request, something else to any other.</summary>
    public static IEnumerable<GenerationEvent> SayAsAsked(GenerationRequest request)
    {
        var asked = $"{string.Join(' ', request.Prompt)} {request.Sampling} {string.Join(' ', request.Interventions.Select(i => i.Key))}";
        return Say("Asked", " as", " ", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(asked))));
    }

    /// <summary>The same, cut off at the length that was set.</summary>
    public static IEnumerable<GenerationEvent> Cut(IEnumerable<GenerationEvent> said) => said.SkipLast(1).Append(new FinishedEvent(FinishReason.Length, 4, 42));

    /// <summary>What the list says; those in memory where a test sets nothing.</summary>
    public IReadOnlyList<ListedModel> Models
    {
        get => field ?? [.. Loaded.Select(m => new ListedModel { Id = m.Id, Name = m.Name, Phase = ModelPhase.Ready, Axes = [.. m.Axes.Select(a => a.Id)] })];
        set;
    }

    public IReadOnlyList<string> Faults { get; set; } = [];

    public Task<ReadyModel> LoadAsync(string id, CancellationToken waiting = default) => throw new NotSupportedException("A scripted generator loads nothing.");

    public void Cancel(string id) => throw new NotSupportedException("A scripted generator loads nothing.");

    public void Unload(string id) => throw new NotSupportedException("A scripted generator loads nothing.");

    public Task RefreshAsync() => Task.CompletedTask;

    public InputException? Refusal { get; set; }

    public void Become(ModelState state)
    {
        State = state;
        Changed?.Invoke();
    }

    /// <summary>Waits until so many requests are at work or have been.</summary>
    public async Task UntilAsked(int requests)
    {
        while (Count() < requests) await asked.Reader.ReadAsync().AsTask().OrFail($"Fewer than {requests} requests have come.");

        int Count()
        {
            lock (Requests) return Requests.Count;
        }
    }

    public IAsyncEnumerable<GenerationEvent> StreamAsync(GenerationRequest request, CancellationToken cancellation = default) =>
        Refusal is { } refusal ? throw refusal : Run(request, cancellation);

    private async IAsyncEnumerable<GenerationEvent> Run(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        lock (Requests) Requests.Add(request);
        asked.Writer.TryWrite(request);
        foreach (var happened in Script(request))
        {
            if (happened is FinishedEvent && Hold is { } hold) await hold.Task.WaitAsync(cancellation);
            yield return After(request.Beginning.Count, request.Read ? happened : Unread(happened));
        }
    }

    // The tokens of a beginning are not said again.
    private static GenerationEvent After(int beginning, GenerationEvent happened) => happened is TokenEvent token ? token with { Index = beginning + token.Index } : happened;

    // Without a reader nobody has read.
    private static GenerationEvent Unread(GenerationEvent happened) => happened is not TokenEvent token ? happened
        : token with { Projections = [.. token.Projections.Select(p => p with { Read = null })], Kl = null, LiftedLayers = null };
}
