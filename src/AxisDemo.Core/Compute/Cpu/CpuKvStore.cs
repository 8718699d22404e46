using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AxisDemo.Compute;

/// <summary>
/// Keys and values in float32. A page holds, for each layer and kv head, K transposed [headDim, tokens] (eight positions are one
/// vector, so scores need no horizontal sums) and then V [tokens, headDim]; both inner dimensions are padded to a vector with zeros.
/// </summary>
internal sealed unsafe class CpuKvStore : IKvStore
{
    private const int Lane = 8;
    private readonly List<NativeBlock> pages = [];
    private readonly int layers;
    private readonly long headFloats;

    public CpuKvStore(int layers, int kvHeads, int headDim, int pageTokens)
    {
        this.layers = layers;
        KvHeads = kvHeads;
        HeadDim = headDim;
        PageTokens = pageTokens;
        TokenStride = RoundUp(pageTokens);
        ValueStride = RoundUp(headDim);
        headFloats = (long)headDim * TokenStride + (long)pageTokens * ValueStride;
    }

    public int KvHeads { get; }

    public int HeadDim { get; }

    public int PageTokens { get; }

    public int Layers => layers;

    public int Pages => pages.Count;

    /// <summary>Floats from one channel of K to the next.</summary>
    public int TokenStride { get; }

    /// <summary>Floats from one position of V to the next.</summary>
    public int ValueStride { get; }

    public long PageBytes => layers * KvHeads * headFloats * sizeof(float);

    public void EnsurePages(int pages)
    {
        // Zeroed: padding lanes take part in vector arithmetic and must be ordinary numbers.
        while (this.pages.Count < pages) this.pages.Add(new NativeBlock(PageBytes, zeroed: true));
    }

    /// <summary>K of a page, [headDim, TokenStride].</summary>
    public float* Keys(int page, int layer, int head) => pages[page].Floats + ((long)layer * KvHeads + head) * headFloats;

    /// <summary>V of a page, [pageTokens, ValueStride].</summary>
    public float* Values(int page, int layer, int head) => Keys(page, layer, head) + (long)HeadDim * TokenStride;

    /// <summary>Stores one position of one layer: k and v are [kvHeads, headDim].</summary>
    public void Store(int page, int slot, int layer, float* k, float* v)
    {
        for (var head = 0; head < KvHeads; head++, k += HeadDim, v += HeadDim)
        {
            var keys = Keys(page, layer, head) + slot;
            for (var c = 0; c < HeadDim; c++) keys[(long)c * TokenStride] = k[c];
            NativeMemory.Copy(v, Values(page, layer, head) + (long)slot * ValueStride, (nuint)HeadDim * sizeof(float));
        }
    }

    public void Copy(int fromPage, int toPage, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, PageTokens);
        for (var layer = 0; layer < layers; layer++)
            for (var head = 0; head < KvHeads; head++)
            {
                float* from = Keys(fromPage, layer, head), to = Keys(toPage, layer, head);
                for (var c = 0; c < HeadDim; c++)
                    NativeMemory.Copy(from + (long)c * TokenStride, to + (long)c * TokenStride, (nuint)tokens * sizeof(float));
                NativeMemory.Copy(Values(fromPage, layer, head), Values(toPage, layer, head), (nuint)tokens * (nuint)ValueStride * sizeof(float));
            }
    }

    public bool IsFinite(int page)
    {
        // Head by head: a page may hold more numbers than a span.
        for (var head = 0; head < layers * KvHeads; head++)
            if (!TensorPrimitives.IsFiniteAll(new ReadOnlySpan<float>(pages[page].Floats + head * headFloats, checked((int)headFloats)))) return false;
        return true;
    }

    public void Clear(int page) => NativeMemory.Clear(pages[page].Data, (nuint)PageBytes);

    public void Dispose()
    {
        foreach (var page in pages) page.Dispose();
        pages.Clear();
    }

    private static int RoundUp(int n) => (n + Lane - 1) / Lane * Lane;
}
