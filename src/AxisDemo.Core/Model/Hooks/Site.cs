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
    /// <summary><c>blocks.l.hook_resid_post</c>: the block's output, where interventions act.</summary>
    ResidPost,
    /// <summary><c>ln_final.hook_normalized</c>: x / scale, before the gain.</summary>
    FinalNormalized,
}

/// <summary>A hook point: a site and, inside blocks, the block.</summary>
/// <param name="Site">The place.</param>
/// <param name="Layer">Block from 0; -1 outside blocks.</param>
public readonly record struct HookPoint(Site Site, int Layer)
{
    private static readonly (string Name, Site Site)[] InBlock =
    [
        ("hook_resid_pre", Site.ResidPre), ("attn.hook_q", Site.Q), ("attn.hook_k", Site.K), ("attn.hook_v", Site.V),
        ("attn.hook_rot_q", Site.RotQ), ("attn.hook_rot_k", Site.RotK), ("attn.hook_pattern", Site.Pattern), ("attn.hook_z", Site.Z),
        ("hook_attn_out", Site.AttnOut), ("hook_resid_mid", Site.ResidMid), ("hook_mlp_out", Site.MlpOut), ("hook_resid_post", Site.ResidPost),
    ];

    private static readonly (string Name, Site Site)[] Outside = [("hook_embed", Site.Embed), ("ln_final.hook_normalized", Site.FinalNormalized)];

    /// <summary>The TransformerLens name.</summary>
    public override string ToString()
    {
        foreach (var (name, site) in Outside)
            if (site == Site) return name;
        foreach (var (name, site) in InBlock)
            if (site == Site) return $"blocks.{Layer}.{name}";
        throw new InvalidOperationException($"Site {Site} has no name.");
    }

    /// <summary>Parses a TransformerLens name for a model of so many blocks.</summary>
    public static HookPoint Parse(string text, int layers)
    {
        foreach (var (name, site) in Outside)
            if (name == text) return new HookPoint(site, -1);
        var parts = text.Split('.', 3);
        if (parts is ["blocks", var number, var rest] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layer))
        {
            if (layer >= layers) throw new InputException("request", "hooks", $"'{text}' names block {layer}, but the model has blocks 0 to {layers - 1}.");
            foreach (var (name, site) in InBlock)
                if (name == rest) return new HookPoint(site, layer);
        }

        throw new InputException("request", "hooks", $"'{text}' is no hook point.",
            $"Known: {string.Join(", ", Outside.Select(o => o.Name))}, blocks.N.{{{string.Join(", ", InBlock.Select(b => b.Name))}}}.");
    }
}
