using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>The forms of the int8 product. All give the same bits; the best one the CPU has is taken.</summary>
internal enum Int8Form
{
    /// <summary>256-bit integer vectors (with AVX-VNNI where the CPU has it).</summary>
    Avx2,
    /// <summary>128-bit vectors of any architecture.</summary>
    Vector128,
    /// <summary>One number at a time: the reference.</summary>
    Scalar,
}

/// <summary>
/// A quantised matrix, repacked at load so that eight outputs share a vector: for each group of eight outputs and block of 32
/// inputs, the codes as vectors of eight 32-bit lanes (lane j: four consecutive codes of output j), then the half-precision scales
/// of the eight outputs. Products need no horizontal sums, and the bytes are read once, in order. Outputs are padded with zeros to a multiple of eight.
/// </summary>
/// <remarks>
/// Per output and block: dot = sum of code * activation code, exact in int32; then, blocks ascending,
/// y = fma(dot, d * scale, y) and, for types with a minimum, y = fma(m, scale * sum, y). That order is the same in every form and tile.
/// </remarks>
internal abstract unsafe class Int8Weight : CpuWeight
{
    public const int Lanes = 8;
    protected const int Tile = 4;
    private readonly NativeBlock packed;
    private readonly int groups;
    private readonly long groupBytes;

    /// <param name="source">The stored matrix.</param>
    /// <param name="rowOrder">The file row of each output; empty: in order.</param>
    /// <param name="form">The form of the product.</param>
    /// <param name="blockBytes">Bytes of a packed block of eight outputs.</param>
    /// <param name="headerBytes">Bytes before the blocks that share a header.</param>
    /// <param name="blocksPerHeader">Blocks that share a header.</param>
    protected Int8Weight(TensorView source, ReadOnlySpan<int> rowOrder, Int8Form form, int blockBytes, int headerBytes = 0, int blocksPerHeader = 1) : base(source, rowOrder)
    {
        Form = form;
        Blocks = Inputs / Int8Rows.Block;
        groups = (Outputs + Lanes - 1) / Lanes;
        groupBytes = (long)Blocks / blocksPerHeader * (headerBytes + (long)blocksPerHeader * blockBytes);
        packed = new NativeBlock(groups * groupBytes);
        NativePages.PreferHuge(packed);
    }

    /// <summary>What this CPU does best.</summary>
    public static Int8Form Best => Avx2.IsSupported && Fma.IsSupported ? Int8Form.Avx2
        : System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated ? Int8Form.Vector128 : Int8Form.Scalar;

    public override int Granule => Lanes;

    public override bool TakesInt8 => true;

    protected Int8Form Form { get; }

    protected int Blocks { get; }

    /// <summary>Repacks a worker's share of the groups; run once on all workers before the weight is used.</summary>
    public void Repack(int worker, int workers)
    {
        var to = (int)((long)groups * (worker + 1) / workers);
        for (var g = (int)((long)groups * worker / workers); g < to; g++)
        {
            var group = packed.Data + g * groupBytes;
            new Span<byte>(group, checked((int)groupBytes)).Clear();
            for (var j = 0; j < Lanes && g * Lanes + j < Outputs; j++) RepackRow(FileRow(g * Lanes + j), group, j);
        }
    }

    public override void Multiply(in MatMulInput x, int from, int to, float* y, float* scratch)
    {
        var all = stackalloc float[Tile * Lanes];
        for (var o = from; o < to; o += Lanes)
        {
            var group = packed.Data + o / Lanes * groupBytes;
            var outputs = Math.Min(Lanes, to - o);
            for (var r = 0; r < x.Rows; r += Tile)
            {
                var rows = Math.Min(Tile, x.Rows - r);
                var at = y + (long)r * Outputs + o;
                if (outputs == Lanes)
                {
                    Multiply(group, x.Int8!, r, rows, at, Outputs);
                    continue;
                }

                // The padded outputs of the last group are computed and left behind.
                Multiply(group, x.Int8!, r, rows, all, Lanes);
                for (var i = 0; i < rows; i++) new Span<float>(all + i * Lanes, outputs).CopyTo(new Span<float>(at + (long)i * Outputs, outputs));
            }
        }
    }

    public override void Dispose()
    {
        packed.Dispose();
        base.Dispose();
    }

    /// <summary>Places one stored row as lane <paramref name="lane"/> of a group.</summary>
    protected abstract void RepackRow(ReadOnlySpan<byte> row, byte* group, int lane);

    /// <summary>Eight outputs times 1..4 rows beginning at row; y[i * stride + lane].</summary>
    protected abstract void Multiply(byte* group, Int8Rows x, int row, int rows, float* y, int stride);
}
