using AxisDemo.Formats;

namespace AxisDemo.Model.Hooks;

/// <summary>What interventions must satisfy to act on a model: blocks, heads and widths that it has, positions that the prompt has.</summary>
internal static class InterventionCheck
{
    /// <param name="interventions">In order.</param>
    /// <param name="shape">The model's sizes.</param>
    /// <param name="prompt">Tokens of the prompt.</param>
    /// <exception cref="InputException">One does not fit; the message says which, and which part of it.</exception>
    public static void Validate(IReadOnlyList<Intervention> interventions, ModelShape shape, int prompt)
    {
        for (var n = 0; n < interventions.Count; n++) Fit(interventions[n], shape, prompt, $"interventions[{n}].");
    }

    /// <summary>The same of one intervention.</summary>
    /// <param name="i">The intervention.</param>
    /// <param name="shape">The model's sizes.</param>
    /// <param name="prompt">Tokens of the prompt.</param>
    /// <param name="place">What stands before the names of its parts in a message.</param>
    /// <exception cref="InputException">It does not fit; the message says which part of it.</exception>
    public static void Fit(Intervention i, ModelShape shape, int prompt, string place = "")
    {
        foreach (var block in i.Blocks) Block($"{place}layers", block, i.Site, shape);
        foreach (var item in i.Layers)
        {
            Vector($"{place}vector", item.Vector.Length, i.Site, shape);
            if (item.Addend is not null) Vector($"{place}{(i.Kind == InterventionKind.MeanAblate ? "mean" : "vector")}", item.Addend.Length, i.Site, shape);
        }

        foreach (var (layer, head, mean) in i.Masked)
        {
            Head($"{place}heads", head, shape.Heads, i.Site);
            if (!mean.IsEmpty && mean.Length != shape.HeadDim) throw Fault($"{place}mean", $"the mean of head {head} in block {layer} has {mean.Length} numbers, and a head of this model {shape.HeadDim}.", "Use a mean made for this model.");
        }

        foreach (var head in i.Heads ?? []) Head($"{place}heads", head, shape.HeadsOf(i.Site), i.Site);
        foreach (var (_, values) in i.Given)
        {
            var width = shape.WidthOf(i.Site);
            var fits = i.Site == Site.Pattern ? values.Width % width == 0 : values.Width == width;
            if (!fits) throw Fault($"{place}values", $"{values.Name} has rows of {values.Width} numbers; {i.Site.Name()} of this model has {(i.Site == Site.Pattern ? $"{width} for each key" : width)}.", "Use values of a run of this model.");
        }

        if (i.Positions is { Kind: PositionKind.List, List: [.., var last] } && last >= prompt && i.Kind is InterventionKind.Patch or InterventionKind.Freeze)
            throw Fault($"{place}positions", $"position {last} is none of the prompt's, which has {prompt} tokens.", "Give a list of the prompt's positions, counted from 0, that the values have too.");
    }

    /// <summary>A vector in a block's output, as watches have it.</summary>
    public static void Vector(string field, int layer, int length, ModelShape shape)
    {
        Block(field, layer, Site.ResidPost, shape);
        Vector(field, length, Site.ResidPost, shape);
    }

    private static void Block(string field, int layer, Site site, ModelShape shape)
    {
        if (site == Site.Embed ? layer != -1 : layer < 0 || layer >= shape.Layers)
            throw Fault(field, $"block {layer} does not exist{(site == Site.Embed ? " for the embedding, which is before the blocks" : "")}; the model has blocks 0 to {shape.Layers - 1}.", site == Site.Embed ? "Give -1." : "");
    }

    private static void Vector(string field, int length, Site site, ModelShape shape)
    {
        if (length != shape.WidthOf(site)) throw Fault(field, $"a vector has {length} elements, and {site.Name()} of this model is {shape.WidthOf(site)} wide.", "Use an axis made for this model.");
    }

    private static void Head(string field, int head, int heads, Site site)
    {
        if (head < 0 || head >= heads) throw Fault(field, $"head {head} does not exist; {site.Name()} has heads 0 to {heads - 1}.");
    }

    private static InputException Fault(string field, string fault, string remedy = "") => new("request", field, fault, remedy);
}
