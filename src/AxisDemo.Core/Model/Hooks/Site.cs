using System.Globalization;
using AxisDemo.Formats;

namespace AxisDemo.Model.Hooks;

/// <summary>The named places of a forward pass, after TransformerLens.</summary>
public enum Site
{
    /// <summary><c>hook_embed</c>: the embedding, scaled as the model does.</summary>
    Embed,
    /// <summary><c>blocks.l.hook_resid_pre</c>.</summary>
    ResidPre,
    /// <summary><c>blocks.l.attn.hook_q</c>, before RoPE, rotate-half order.</summary>
    Q,
    /// <summary><c>blocks.l.attn.hook_k</c>, before RoPE.</summary>
    K,
    /// <summary><c>blocks.l.attn.hook_v</c>.</summary>
    V,
    /// <summary><c>blocks.l.attn.hook_rot_q</c>, after RoPE.</summary>
    RotQ,
    /// <summary><c>blocks.l.attn.hook_rot_k</c>, after RoPE.</summary>
    RotK,
    /// <summary><c>blocks.l.attn.hook_pattern</c>: attention after the softmax.</summary>
    Pattern,
    /// <summary><c>blocks.l.attn.hook_z</c>: heads' results before the output projection.</summary>
    Z,
    /// <summary><c>blocks.l.hook_attn_out</c>, after the post-norm where there is one.</summary>
    AttnOut,
    /// <summary><c>blocks.l.hook_resid_mid</c>.</summary>
    ResidMid,
    /// <summary><c>blocks.l.hook_mlp_out</c>, after the post-norm where there is one.</summary>
    MlpOut,
    /// <summary><c>blocks.l.hook_resid_post</c>: the block's output, where interventions act unless they name another site.</summary>
    ResidPost,
    /// <summary><c>ln_final.hook_normalized</c>: x / scale, before the gain.</summary>
    FinalNormalized,
}

/// <summary>What can be done at a site, and what its rows are.</summary>
public static class Sites
{
    /// <summary>The sites of every block with their TransformerLens names, without <c>blocks.N.</c></summary>
    public static IReadOnlyList<(string Name, Site Site)> OfBlocks { get; } = [.. Enum.GetValues<Site>().Where(InBlocks).Select(s => (s.Name(), s))];

    /// <summary>The sites before and behind the blocks.</summary>
    public static IReadOnlyList<(string Name, Site Site)> Outside { get; } = [.. Enum.GetValues<Site>().Where(s => !s.InBlocks()).Select(s => (s.Name(), s))];

    /// <summary>The TransformerLens name, without <c>blocks.N.</c></summary>
    public static string Name(this Site site) => site switch
    {
        Site.Embed => "hook_embed",
        Site.ResidPre => "hook_resid_pre",
        Site.Q => "attn.hook_q",
        Site.K => "attn.hook_k",
        Site.V => "attn.hook_v",
        Site.RotQ => "attn.hook_rot_q",
        Site.RotK => "attn.hook_rot_k",
        Site.Pattern => "attn.hook_pattern",
        Site.Z => "attn.hook_z",
        Site.AttnOut => "hook_attn_out",
        Site.ResidMid => "hook_resid_mid",
        Site.MlpOut => "hook_mlp_out",
        Site.ResidPost => "hook_resid_post",
        Site.FinalNormalized => "ln_final.hook_normalized",
    };

    /// <summary>The short name of an interventions file: <c>resid_pre</c>, <c>z</c>.</summary>
    public static string ShortName(this Site site) => site.Name().Split('.')[^1]["hook_".Length..];

    /// <summary>Whether its rows may be changed: patterns are frozen instead, and the last norm is for looking only.</summary>
    public static bool CanBeChanged(this Site site) => site switch
    {
        Site.Pattern or Site.FinalNormalized => false,
        Site.Embed or Site.ResidPre or Site.Q or Site.K or Site.V or Site.RotQ or Site.RotK or Site.Z or Site.AttnOut or Site.ResidMid or Site.MlpOut or Site.ResidPost => true,
    };

    /// <summary>Whether its rows consist of heads.</summary>
    public static bool HasHeads(this Site site) => site switch
    {
        Site.Q or Site.RotQ or Site.Z or Site.K or Site.RotK or Site.V => true,
        Site.Embed or Site.ResidPre or Site.Pattern or Site.AttnOut or Site.ResidMid or Site.MlpOut or Site.ResidPost or Site.FinalNormalized => false,
    };

    /// <summary>Whether it is a place in every block.</summary>
    public static bool InBlocks(this Site site) => site switch
    {
        Site.Embed or Site.FinalNormalized => false,
        Site.ResidPre or Site.Q or Site.K or Site.V or Site.RotQ or Site.RotK or Site.Pattern or Site.Z or Site.AttnOut or Site.ResidMid or Site.MlpOut or Site.ResidPost => true,
    };
}

/// <summary>The sizes that a site's rows depend on.</summary>
/// <param name="Layers">Blocks.</param>
/// <param name="Width">Width of the residual stream.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key/value heads.</param>
/// <param name="HeadDim">Channels of a head.</param>
public readonly record struct ModelShape(int Layers, int Width, int Heads, int KvHeads, int HeadDim)
{
    /// <summary>Numbers in a row of a site. Of attention patterns: numbers for each key.</summary>
    public int WidthOf(Site site) => site switch
    {
        Site.Q or Site.RotQ or Site.Z or Site.K or Site.RotK or Site.V => HeadsOf(site) * HeadDim,
        Site.Pattern => Heads,
        Site.Embed or Site.ResidPre or Site.AttnOut or Site.ResidMid or Site.MlpOut or Site.ResidPost or Site.FinalNormalized => Width,
    };

    /// <summary>Heads of a site; 0 where it has none.</summary>
    public int HeadsOf(Site site) => site switch
    {
        Site.Q or Site.RotQ or Site.Z or Site.Pattern => Heads,
        Site.K or Site.RotK or Site.V => KvHeads,
        Site.Embed or Site.ResidPre or Site.AttnOut or Site.ResidMid or Site.MlpOut or Site.ResidPost or Site.FinalNormalized => 0,
    };
}

/// <summary>A hook point: a site and, inside blocks, the block.</summary>
/// <param name="Site">The place.</param>
/// <param name="Layer">Block from 0; -1 outside blocks.</param>
public readonly record struct HookPoint(Site Site, int Layer)
{
    /// <summary>The TransformerLens name.</summary>
    public override string ToString() => Site.InBlocks() ? $"blocks.{Layer}.{Site.Name()}" : Site.Name();

    /// <summary>Parses a TransformerLens name for a model of so many blocks.</summary>
    public static HookPoint Parse(string text, int layers)
    {
        foreach (var (name, site) in Sites.Outside)
            if (name == text) return new HookPoint(site, -1);
        var parts = text.Split('.', 3);
        if (parts is ["blocks", var number, var rest] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layer))
        {
            if (layer >= layers) throw new InputException("request", "hooks", $"'{text}' names block {layer}, but the model has blocks 0 to {layers - 1}.");
            foreach (var (name, site) in Sites.OfBlocks)
                if (name == rest) return new HookPoint(site, layer);
        }

        throw new InputException("request", "hooks", $"'{text}' is no hook point.",
            $"Known: {string.Join(", ", Sites.Outside.Select(o => o.Name))}, blocks.N.{{{string.Join(", ", Sites.OfBlocks.Select(b => b.Name))}}}.");
    }
}
