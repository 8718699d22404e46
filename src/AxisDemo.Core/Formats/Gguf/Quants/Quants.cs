using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AxisDemo.Formats;

/// <summary>
/// Weights of every stored type as float32, bit for bit what GGML's reference code gives: each product is rounded to float32
/// before it is added (C# never contracts to a fused multiply-add). One row at a time; the fast paths live with the kernels.
/// Source: ggml-quants.c, <c>dequantize_row_*</c>.
/// </summary>
public static class Quants
{
    /// <summary>Elements of one block: 1 for plain types.</summary>
    public static int BlockElements(TensorType type) => type switch
    {
        TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.I32 or TensorType.I64 or TensorType.U8 => 1,
        TensorType.Q2_K or TensorType.Q3_K or TensorType.Q4_K or TensorType.Q5_K or TensorType.Q6_K or TensorType.IQ4_XS => 256,
        TensorType.Q4_0 or TensorType.Q4_1 or TensorType.Q5_0 or TensorType.Q5_1 or TensorType.Q8_0 or TensorType.IQ4_NL or TensorType.MXFP4 => 32,
        _ => throw Unknown(type),
    };

    /// <summary>Bytes of one block.</summary>
    public static int BlockBytes(TensorType type) => type switch
    {
        TensorType.U8 => 1,
        TensorType.F16 or TensorType.BF16 => 2,
        TensorType.F32 or TensorType.I32 => 4,
        TensorType.I64 => 8,
        TensorType.MXFP4 => 1 + 16,
        TensorType.Q4_0 or TensorType.IQ4_NL => 2 + 16,
        TensorType.Q4_1 => 2 + 2 + 16,
        TensorType.Q5_0 => 2 + 4 + 16,
        TensorType.Q5_1 => 2 + 2 + 4 + 16,
        TensorType.Q8_0 => 2 + 32,
        TensorType.Q2_K => 16 + 64 + 2 + 2,
        TensorType.Q3_K => 32 + 64 + 12 + 2,
        TensorType.Q4_K => 2 + 2 + 12 + 128,
        TensorType.Q5_K => 2 + 2 + 12 + 32 + 128,
        TensorType.Q6_K => 128 + 64 + 16 + 2,
        TensorType.IQ4_XS => 2 + 2 + 4 + 128,
        _ => throw Unknown(type),
    };

    /// <summary>Dequantises whole blocks.</summary>
    /// <param name="type">A weight's type; I32, I64 and U8 are no weights.</param>
    /// <param name="blocks">The stored bytes.</param>
    /// <param name="output">float32, as many elements as the blocks hold.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other, or the type holds no weights.</exception>
    public static void Dequantize(TensorType type, ReadOnlySpan<byte> blocks, Span<float> output)
    {
        var count = blocks.Length / BlockBytes(type);
        if (count * BlockBytes(type) != blocks.Length || (long)count * BlockElements(type) != output.Length)
            throw new ArgumentException($"{blocks.Length} bytes of {type} are no {output.Length} elements.", nameof(blocks));
        switch (type)
        {
            case TensorType.F32: blocks.CopyTo(MemoryMarshal.AsBytes(output)); break;
            case TensorType.F16: TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(blocks), output); break;
            case TensorType.BF16: Widen(MemoryMarshal.Cast<byte, ushort>(blocks), output); break;
            case TensorType.Q8_0: Each(blocks, output, type, BlockQuants.Q8_0); break;
            case TensorType.Q4_0: Each(blocks, output, type, BlockQuants.Q4_0); break;
            case TensorType.Q4_1: Each(blocks, output, type, BlockQuants.Q4_1); break;
            case TensorType.Q5_0: Each(blocks, output, type, BlockQuants.Q5_0); break;
            case TensorType.Q5_1: Each(blocks, output, type, BlockQuants.Q5_1); break;
            case TensorType.Q2_K: Each(blocks, output, type, SuperBlockQuants.Q2_K); break;
            case TensorType.Q3_K: Each(blocks, output, type, SuperBlockQuants.Q3_K); break;
            case TensorType.Q4_K: Each(blocks, output, type, SuperBlockQuants.Q4_K); break;
            case TensorType.Q5_K: Each(blocks, output, type, SuperBlockQuants.Q5_K); break;
            case TensorType.Q6_K: Each(blocks, output, type, SuperBlockQuants.Q6_K); break;
            case TensorType.IQ4_NL: Each(blocks, output, type, TableQuants.IQ4_NL); break;
            case TensorType.IQ4_XS: Each(blocks, output, type, TableQuants.IQ4_XS); break;
            case TensorType.MXFP4: Each(blocks, output, type, TableQuants.MXFP4); break;
            default: throw new ArgumentException($"{type} holds no weights.", nameof(type));
        }
    }

    private delegate void Block(ReadOnlySpan<byte> block, Span<float> output);

    private static void Each(ReadOnlySpan<byte> blocks, Span<float> output, TensorType type, Block block)
    {
        var (elements, bytes) = (BlockElements(type), BlockBytes(type));
        for (; blocks.Length > 0; blocks = blocks[bytes..], output = output[elements..])
            block(blocks[..bytes], output[..elements]);
    }

    private static void Widen(ReadOnlySpan<ushort> upperHalves, Span<float> output)
    {
        ref var from = ref MemoryMarshal.GetReference(upperHalves);
        ref var to = ref MemoryMarshal.GetReference(output);
        var i = 0;
        for (; i + Vector256<ushort>.Count <= output.Length; i += Vector256<ushort>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref from, (nuint)i));
            (low << 16).AsSingle().StoreUnsafe(ref to, (nuint)i);
            (high << 16).AsSingle().StoreUnsafe(ref to, (nuint)i + 8);
        }

        for (; i < output.Length; i++) output[i] = BitConverter.UInt32BitsToSingle((uint)upperHalves[i] << 16);
    }

    private static ArgumentOutOfRangeException Unknown(TensorType type) => new(nameof(type), type, "no such tensor type");
}
