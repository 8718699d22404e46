using AxisDemo.Interp;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>What a column's variant has done in a conversation, and what it costs: the one is never shown without the other.</summary>
/// <param name="Lifted">Tokens that a cap lifted at one block at least.</param>
/// <param name="Tokens">Tokens in all.</param>
/// <param name="Kl">Mean KL(column || plain), nats a token; null while none is measured.</param>
public sealed record VariantEffect(int Lifted, int Tokens, double? Kl)
{
    /// <summary>Over the answers that the column has given with this variant.</summary>
    public static VariantEffect Of(IEnumerable<ChatTurn> turns, Column column, ColumnVariant variant)
    {
        var (lifted, tokens, sum, count) = (0, 0, 0.0, 0);
        foreach (var answer in turns.SelectMany(t => t[column]).Where(a => a.Variant == variant))
        {
            lock (answer.Gate)
            {
                lifted += answer.Lifted;
                tokens += answer.Ids.Count;
                sum += answer.Kl.Sum;
                count += answer.Kl.Count;
            }
        }

        return new VariantEffect(lifted, tokens, count > 0 ? sum / count : null);
    }

    /// <summary>What it has done, one sentence; empty before it has done anything.</summary>
    public string Done(ColumnVariant variant, ChatAxis? axis)
    {
        ArgumentNullException.ThrowIfNull(variant);
        if (Tokens == 0 || !variant.Intervenes) return "";
        var far = Kl is { } kl ? $"{kl:0.00} nats from the plain model's choices" : "";
        return variant.Kind == VariantKind.Capped
            ? $"lifted {(double)Lifted / Tokens:0 %} of its tokens in {BlockWords.Of(axis?.Blocks(variant.Band) ?? [])}{(far.Length > 0 ? ", " + far : "")}."
            : far.Length > 0 ? far + "." : "";
    }

    /// <summary>What a variant costs, as far as it was measured.</summary>
    public static string Cost(ColumnVariant variant, ChatAxis? axis)
    {
        ArgumentNullException.ThrowIfNull(variant);
        if (axis is null || variant.Kind != VariantKind.Capped) return "";
        const string Wanted = "It takes wanted role-play away too.";
        var percentile = VariantPlan.PercentileOf(variant, axis);
        var blocks = axis.Blocks(variant.Band);
        var measured = axis.Measured.FirstOrDefault(r => blocks.Count > 0 && r.From == blocks[0] && r.To == blocks[^1] + 1 && Math.Abs(r.Percentile - percentile) < 0.5);
        return measured is not null ? FormattableString.Invariant($"Costs {measured.Price:0.000;−0.000} nats a token of ordinary text. {Wanted}")
            : axis.Price is { } price ? FormattableString.Invariant($"Price not measured; {price:0.000;−0.000} nats a token at the recommended strength. {Wanted}")
            : Wanted;
    }
}
