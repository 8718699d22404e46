using AxisDemo.Formats;
using AxisDemo.Model;

namespace AxisDemo.Serving;

/// <summary>What a request must satisfy before it is queued, so that a bad one fails alone.</summary>
internal static class RequestCheck
{
    public static void Validate(GenerationRequest request, ModelInfo model, int tokens, EngineOptions options)
    {
        if (request.Prompt.Count == 0) throw Fault("prompt", "it is empty.", "Send at least one token.");
        foreach (var ids in new[] { request.Prompt, request.Forced ?? [] })
            foreach (var id in ids)
                if (id < 0 || id >= tokens)
                    throw Fault("prompt", $"{id} is no token of {model.Name}; ids are 0 to {tokens - 1}.");
        if (request.Prompt.Count >= model.Context)
            throw Fault("prompt", $"the conversation has {request.Prompt.Count} tokens, and {model.Name} holds {model.Context}.", "Start a new conversation, or undo some turns.");
        if (request.PromptSpecial is { } special && special.Count != request.Prompt.Count)
            throw Fault("promptSpecial", $"it has {special.Count} entries for {request.Prompt.Count} tokens.");
        if (request.MaxTokens < 0 || request.MaxTokens > options.MaxTokens) throw Fault("maxTokens", $"is {request.MaxTokens}; 0 to {options.MaxTokens} is possible.");
        if (request.Forced?.Count > options.MaxTokens) throw Fault("forced", $"has {request.Forced.Count} tokens; {options.MaxTokens} are possible.");

        SamplingRanges.Check(request.Sampling);
        foreach (var watch in request.Watch)
        {
            Vector("watch", watch.Layer, watch.Vector.Length);
            if (!float.IsFinite(watch.Offset)) throw Fault("watch", $"the offset of {watch.Axis} is {watch.Offset}.", "Use an axis file whose offset is a number.");
        }

        foreach (var intervention in request.Interventions)
            foreach (var item in intervention.Layers)
            {
                Vector("interventions", item.Layer, item.Vector.Length);
                if (item.Addend is not null) Vector("interventions", item.Layer, item.Addend.Length);
            }

        void Vector(string field, int layer, int length)
        {
            if (layer < 0 || layer >= model.Layers) throw Fault(field, $"block {layer} does not exist; {model.Name} has blocks 0 to {model.Layers - 1}.");
            if (length != model.Width) throw Fault(field, $"a vector has {length} elements, and {model.Name} is {model.Width} wide.", "Use an axis made for this model.");
        }
    }

    private static InputException Fault(string field, string fault, string remedy = "") => new("request", field, fault, remedy);
}
