using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>
/// Keys and values on the devices of their blocks: for each layer one slab [kvHeads, pages, pageTokens, headDim], in the engine's
/// precision. A page is a number; its place in the slab of every layer is the same.
/// </summary>
internal sealed class TorchKvStore(Device[] devices, int[] layerDevice, int kvHeads, int headDim, int pageTokens, ScalarType type, string where) : Compute.IKvStore
{
    private readonly Tensor?[] keys = new Tensor?[layerDevice.Length];
    private readonly Tensor?[] values = new Tensor?[layerDevice.Length];

    public int Layers => layerDevice.Length;

    public int KvHeads { get; } = kvHeads;

    public int HeadDim { get; } = headDim;

    public int PageTokens { get; } = pageTokens;

    /// <summary>Pages there is room for.</summary>
    public int Pages { get; private set; }

    public long PageBytes => 2L * layerDevice.Length * KvHeads * HeadDim * PageTokens * ElementBytes;

    public int ElementBytes { get; } = type == ScalarType.Float32 ? 4 : 2;

    /// <summary>On a GPU all pages of the budget are taken at the start: no answer fails in its middle for want of memory.</summary>
    public bool Eager => devices[0].type != DeviceType.CPU;

    public Tensor Keys(int layer) => keys[layer] ?? throw new InvalidOperationException("The store has no pages.");

    public Tensor Values(int layer) => values[layer] ?? throw new InvalidOperationException("The store has no pages.");

    public void EnsurePages(int pages)
    {
        if (pages <= Pages) return;
        var room = Eager ? pages : Math.Max(pages, Math.Max(8, Pages + Pages / 2));
        // Layer by layer: the most that is held twice is one layer's slab.
        for (var layer = 0; layer < Layers; layer++)
            foreach (var slabs in (Tensor?[][])[keys, values])
            {
                // A slab that was made before another found no room has its pages already.
                if (slabs[layer] is { } made && made.shape[1] >= room) continue;
                using var scope = NewDisposeScope();
                // Zero: the places behind a sequence's end take part in products, and must be ordinary numbers.
                var grown = DeviceMemory.Allocate("the engine", $"room for {(double)PageBytes * room / (1 << 20):F0} MiB of keys and values", where, () => zeros(KvHeads, room, PageTokens, HeadDim, type, devices[layerDevice[layer]]));
                if (slabs[layer] is { } old)
                {
                    grown.narrow(1, 0, old.shape[1]).copy_(old);
                    old.Dispose();
                }

                slabs[layer] = grown.DetachFromDisposeScope();
            }

        Pages = room;
    }

    public void Copy(int fromPage, int toPage, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, PageTokens);
        for (var layer = 0; layer < Layers; layer++)
            foreach (var slab in (Tensor[])[Keys(layer), Values(layer)])
            {
                using var scope = NewDisposeScope();
                slab.narrow(1, toPage, 1).narrow(2, 0, tokens).copy_(slab.narrow(1, fromPage, 1).narrow(2, 0, tokens));
            }
    }

    public bool IsFinite(int page)
    {
        using var scope = NewDisposeScope();
        // One question a device: each slab's own would be a wait. It is asked between steps, about pages that no finite logits vouch for.
        return Enumerable.Range(0, Layers).GroupBy(layer => layerDevice[layer])
            .All(group => cat([.. group.SelectMany(layer => (Tensor[])[Keys(layer).narrow(1, page, 1), Values(layer).narrow(1, page, 1)])]).isfinite().all().cpu().bytes[0] != 0);
    }

    public void Clear(int page)
    {
        using var scope = NewDisposeScope();
        for (var layer = 0; layer < Layers; layer++)
            foreach (var slab in (Tensor[])[Keys(layer), Values(layer)]) slab.narrow(1, page, 1).zero_();
    }

    public void Dispose()
    {
        foreach (var slab in keys.Concat(values)) slab?.Dispose();
        Array.Clear(keys);
        Array.Clear(values);
    }
}
