using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Model;

namespace AxisDemo.Serving;

/// <summary>What a request must satisfy before it is queued, so that a bad one fails alone.</summary>
internal static class RequestCheck
{
    public static void Validate(GenerationRequest request, ModelInfo model, int tokens, EngineOptions options)
    {
        if (request.Prompt.Count == 0) throw Fault("prompt", "it is empty.", "Send at least one token.");
        foreach (var (field, ids) in new[] { ("prompt", request.Prompt), ("forced", request.Forced ?? []), ("beginning", request.Beginning) })
            foreach (var id in ids)
                if (id < 0 || id >= tokens)
                    throw Fault(field, $"{id} is no token of {model.Name}; ids are 0 to {tokens - 1}.");
        var known = request.Prompt.Count + request.Beginning.Count;
        if (known >= model.Context)
            throw Fault("prompt", $"the conversation has {known} tokens, and {model.Name} holds {model.Context}.", "Start a new conversation, or undo some turns.");
        Entries("promptSpecial", request.PromptSpecial);
        Entries("promptGenerated", request.PromptGenerated);
        // What is given already is not generated.
        if (request.MaxTokens < 0 || request.MaxTokens - request.Beginning.Count > options.MaxTokens)
            throw Fault("maxTokens", $"is {request.MaxTokens}; 0 to {options.MaxTokens + (long)request.Beginning.Count} is possible.");
        if (request.Forced?.Count > options.MaxTokens) throw Fault("forced", $"has {request.Forced.Count} tokens; {options.MaxTokens} are possible.");
        if (request.Forced is null && request.Beginning.Count > request.MaxTokens)
            throw Fault("beginning", $"it has {request.Beginning.Count} tokens, and maxTokens, which counts them, is {request.MaxTokens}.", "Raise maxTokens, or give fewer.");
        if (request.Beginning.Count > 0 && request.Forced is not null) throw Fault("beginning", "an answer that is given whole has no beginning.", "Send one of the two.");

        SamplingRanges.Check(request.Sampling);
        foreach (var watch in request.Watch)
        {
            InterventionCheck.Vector("watch", watch.Layer, watch.Vector.Length, model.Shape);
            if (!float.IsFinite(watch.Offset)) throw Fault("watch", $"the offset of {watch.Axis} is {watch.Offset}.", "Use an axis file whose offset is a number.");
        }

        InterventionCheck.Validate(request.Interventions, model.Shape, request.Prompt.Count);
        foreach (var capture in request.Captures) capture.Check(model.Shape, request.Prompt.Count);
        if (CaptureBytes(request, model, options) is var bytes && bytes > options.MaxCaptureBytes)
            throw Fault("captures", $"they take up to {bytes >> 20} MiB; {options.MaxCaptureBytes >> 20} are possible.", "Capture fewer blocks or positions, or raise Engine:CaptureMegabytes.");
        if (!request.KeepStream) return;
        if (request.Interventions.Count > 0) throw Fault("keepStream", "only the stream of a run without interventions can be kept.", "Leave the interventions out, or keepStream.");
        if (StreamBytes(request, model) is var stream && stream > options.StreamBytes)
            throw Fault("keepStream", $"the stream of {request.Prompt.Count} tokens takes {stream >> 20} MiB; {options.StreamBytes >> 20} are possible.", "Send a shorter prompt, or raise Engine:StreamMegabytes.");

        void Entries(string field, IReadOnlyList<bool>? entries)
        {
            if (entries is not null && entries.Count != request.Prompt.Count) throw Fault(field, $"it has {entries.Count} entries for {request.Prompt.Count} tokens.");
        }
    }

    /// <summary>Bytes that a request's captures take at most, the rows of one step among them.</summary>
    public static long CaptureBytes(GenerationRequest request, ModelInfo model, EngineOptions options)
    {
        var (answer, keys) = (request.AnswerTokens, Math.Min(model.Context, request.Prompt.Count + request.AnswerTokens));
        // A written answer grows by a row a step, a given one by a few, and what is given of its beginning may come at once.
        var rows = request.Forced is null ? Math.Clamp(request.Beginning.Count, 1, options.MaxRows) : Math.Min(options.MaxRows, StepPlanner.AheadTokens);
        var stream = request.KeepStream ? (long)model.Layers * model.Width * sizeof(float) * Math.Min(options.MaxRows, request.Prompt.Count) : 0;
        return stream + request.Captures.Sum(c => c.Bytes(model.Shape, answer, keys, options.MaxRows, rows));
    }

    /// <summary>Bytes of the residual stream that a request keeps.</summary>
    public static long StreamBytes(GenerationRequest request, ModelInfo model) =>
        request.KeepStream ? (long)request.Prompt.Count * model.Layers * model.Width * sizeof(float) : 0;

    private static InputException Fault(string field, string fault, string remedy = "") => new("request", field, fault, remedy);
}
