using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Api;

/// <summary>Turns what a client asks for into a request of the engine, or says what is wrong with it.</summary>
public sealed class RequestReader(IModelSource source, Microsoft.Extensions.Options.IOptions<LimitOptions> options)
{
    private const int StandardTokens = 256;

    /// <summary>Stands for the model's own axis; its other axes go by their ids. All are names, never paths.</summary>
    public const string AxisName = "axis";

    /// <summary>Watches that one request may have.</summary>
    public const int MostWatches = 64;

    /// <summary>Interventions that one request may have, its cap beside them.</summary>
    public const int MostInterventions = 64;

    private readonly LimitOptions limits = options.Value;
    private readonly Lock gate = new();
    // A model that leaves the memory takes what was opened for it along.
    private readonly ConditionalWeakTable<ReadyModel, VectorLibrary> opened = [];

    /// <summary>Whose message it may be.</summary>
    public static IReadOnlyList<string> Roles { get; } = ["system", "user", "assistant"];

    /// <summary>The longest answer of a request that names none, tokens.</summary>
    internal static int StandardMaxTokens(LimitOptions limits) => Math.Min(StandardTokens, limits.MaxTokens);

    /// <summary>The engine and the request for it.</summary>
    /// <exception cref="InputException">No model is loaded, or a field is wrong.</exception>
    public (IGenerator Generator, GenerationRequest Request) Read(GenerateRequest? request)
    {
        if (request is null) throw Fault("", "there is none.", "Give {\"messages\": [{\"role\": \"user\", \"content\": …}]}.");
        var loaded = Model(request.Model);
        var messages = Messages(request.Messages);
        var maxTokens = request.MaxTokens ?? StandardMaxTokens(limits);
        if (maxTokens < 1 || maxTokens > limits.MaxTokens) throw Fault("maxTokens", $"{maxTokens} is not possible.", $"Give 1 to {limits.MaxTokens}.");
        if (request.Beginning is { } beginning && beginning.Count > limits.MaxTokens) throw Fault("beginning", $"it has {beginning.Count} tokens; {limits.MaxTokens} are possible.", "Begin a new message.");
        if (request.Watch is { Count: > MostWatches } many) throw Fault("watch", $"there are {many.Count}; {MostWatches} are possible.", "Leave some out.");
        var prompt = Conversation.Encode(loaded.Generator.Tokenizer, loaded.Generator.Template, messages);
        lock (gate)
        {
            var library = Library(loaded);
            return (loaded.Generator, new GenerationRequest
            {
                Prompt = prompt.Ids,
                PromptSpecial = prompt.Special,
                PromptGenerated = prompt.Generated,
                Beginning = request.Beginning ?? [],
                Sampling = Sampling(request.Sampling, prompt.Turn),
                MaxTokens = maxTokens,
                Interventions = Interventions(request.Cap, request.Interventions, loaded, library, prompt.Ids.Length),
                Watch = request.Watch is { } watches ? [.. watches.Select((w, i) => Watch(library, $"watch[{i}]", w))] : loaded.Axis is { } axis ? [axis.Display()] : [],
                Read = request.Read,
                LogProbs = request.LogProbs,
            });
        }
    }

    /// <summary>What is needed to project an existing conversation.</summary>
    /// <exception cref="InputException">No model is loaded, or a field is wrong.</exception>
    public ProjectionPlan Read(ProjectRequest? request)
    {
        if (request is null) throw Fault("", "there is none.", "Give {\"messages\": [{\"role\": \"user\", \"content\": …}]}.");
        var loaded = Model(request.Model);
        var messages = Messages(request.Messages, endsWithUser: false);
        if (request.Watch is null && loaded.Axis is null) throw Fault("watch", loaded.AxisProblem ?? "no axis is loaded.");
        lock (gate)
        {
            var library = Library(loaded);
            return new ProjectionPlan(loaded.Generator, messages, Watch(library, "watch", request.Watch ?? AxisName), Interventions(request.Cap, request.Interventions, loaded, library), request.Tokens);
        }
    }

    private ReadyModel Model(string? wanted)
    {
        if (source.Find(wanted) is { } found) return found;
        var kind = source.State.Loaded is null ? FaultKind.NotReady : FaultKind.Request;
        if (wanted is null || source.Loaded.Count == 0) throw new InputException(InputException.Request, "model", source.State.Problem ?? "it is still being loaded.", "Try again in a moment.") { Kind = kind };
        throw new InputException(InputException.Request, "model", $"'{(wanted.Length > 80 ? wanted[..80] + '…' : wanted)}' is not in memory.", $"In memory: {string.Join(", ", source.Loaded.Select(m => m.Id))}.") { Kind = kind };
    }

    private List<Tokenizers.ChatMessage> Messages(IReadOnlyList<RequestMessage>? messages, bool endsWithUser = true)
    {
        if (messages is null or []) throw Fault("messages", "there are none.", "Give [{\"role\": \"user\", \"content\": …}].");
        if (messages.Count > limits.Messages) throw Fault("messages", $"there are {messages.Count}; {limits.Messages} are possible.", "Leave out the oldest.");
        foreach (var (message, i) in messages.Select((m, i) => (m, i)))
        {
            if (message is null) throw Fault($"messages[{i}]", "it is null.", "Give {\"role\": \"user\", \"content\": …}.");
            if (!Roles.Contains(message.Role)) throw Fault($"messages[{i}].role", message.Role is null ? "it is missing." : "it is not known.", $"Roles: {string.Join(", ", Roles)}.");
            if (message.Content is null) throw Fault($"messages[{i}].content", "it is missing.", "Give a text; it may be empty.");
            if (JsonWords.Characters(message.Content) is var length && length > limits.MessageCharacters) throw Fault($"messages[{i}].content", $"it has {length} characters; {limits.MessageCharacters} are possible.", "Shorten it.");
        }

        if (endsWithUser && messages[^1].Role != "user") throw Fault("messages", "the last one is not the user's.", "End with a message of the user.");
        return [.. messages.Select(m => m.ToMessage())];
    }

    private static Sampling Sampling(RequestSampling? wanted, int turn)
    {
        var standard = new Sampling();
        var sampling = new Sampling
        {
            Temperature = wanted?.Temperature ?? standard.Temperature,
            TopP = wanted?.TopP ?? standard.TopP,
            TopK = wanted?.TopK ?? standard.TopK,
            RepetitionPenalty = wanted?.RepetitionPenalty ?? standard.RepetitionPenalty,
            Seed = wanted?.AnswerSeed ?? ConversationSeed.OfTurn(wanted?.Seed ?? standard.Seed, turn),
        };
        SamplingRanges.Check(sampling, "sampling.");
        return sampling;
    }

    // What is wrong with the name is a fault of the field it stands in; what is wrong with a file is the file's.
    private static Watch Watch(VectorLibrary library, string field, string? name)
    {
        try
        {
            return library.Watch(name ?? "");
        }
        catch (InputException e) when (e.Kind == FaultKind.Request)
        {
            throw new InputException("request", field, e.Fault, e.Remedy, e);
        }
    }

    private static List<Intervention> Interventions(RequestCap? cap, JsonElement? list, ReadyModel loaded, VectorLibrary library, int prompt = int.MaxValue)
    {
        if (list is { ValueKind: JsonValueKind.Array } items && items.GetArrayLength() > MostInterventions)
            throw Fault("interventions", $"there are {items.GetArrayLength()}; {MostInterventions} are possible.", "Leave some out.");
        return [.. Cap(cap, loaded, library), .. list is { } given ? InterventionFile.Parse(given, library, runs: false, prompt: prompt) : []];
    }

    private static IReadOnlyList<Intervention> Cap(RequestCap? cap, ReadyModel loaded, VectorLibrary library)
    {
        if (cap is null) return [];
        var axis = loaded.Axis ?? throw Fault("cap", loaded.AxisProblem ?? "no axis is loaded.", "Leave it out.");
        try
        {
            var item = new JsonObject
            {
                ["kind"] = "cap",
                ["axis"] = AxisName,
                ["layers"] = cap.Layers is { } layers ? JsonSerializer.SerializeToNode(layers) : Recommended().Layers,
                ["threshold"] = cap.Threshold is { } threshold ? JsonSerializer.SerializeToNode(threshold) : Recommended().Threshold,
            };
            if (cap.Positions is { } positions) item["positions"] = JsonSerializer.SerializeToNode(positions);
            return InterventionFile.Parse(JsonSerializer.SerializeToElement(new JsonArray(item)), library, place: "cap");
        }
        catch (JsonException e) // an escaped half of a surrogate pair, which cannot be written again
        {
            throw new InputException("request", "cap", "a text in it is no Unicode (half of a surrogate pair).", "Write the character itself.", e);
        }

        (string Layers, string Threshold) Recommended() => axis.Recommended ?? throw Fault("cap", $"the axis {axis.Id} has no floors, so none is recommended.",
            "Give layers, and threshold as a number or a list of numbers, or import the axis with its capping configuration: axis import … --caps.");
    }

    private VectorLibrary Library(ReadyModel loaded) => opened.GetValue(loaded, static loaded => new VectorLibrary(loaded.Generator.Model, name =>
        Offer(loaded, name)?.Path ?? throw Fault("axis", $"'{Printable.Text(name)}' is not offered here.", Offered(loaded)), name => Offer(loaded, name) is not null));

    private static ChatAxis? Offer(ReadyModel loaded, string name) => name == AxisName ? loaded.Axis : loaded.With(name)?.Axis;

    private static string Offered(ReadyModel loaded) => loaded.Axes.Count == 0 ? $"{loaded.Id} has no axis."
        : $"Use '{AxisName}', the axis that the host has loaded{(loaded.Axes.Count > 1 ? $", or one of: {string.Join(", ", loaded.Axes.Select(a => a.Id))}" : "")}.";

    private static InputException Fault(string field, string fault, string remedy = "") => new("request", field, fault, remedy);
}
