using System.Runtime.CompilerServices;
using System.Text;

namespace AxisDemo.Formats;

/// <summary>
/// Reads a GGUF header from a mapped file, front to back. Nothing is taken that the file does not hold, and every failure
/// names <see cref="Field"/>: what was being read.
/// </summary>
internal sealed class GgufCursor(MappedFile file)
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is being read, for messages.</summary>
    public string Field { get; set; } = "magic";

    public long Position { get; private set; }

    public long Remaining => file.Length - Position;

    /// <summary>The next bytes, without a copy.</summary>
    public ReadOnlySpan<byte> Take(int bytes, string what)
    {
        if (bytes > Remaining)
            throw Fault($"the file ends inside {what}: {bytes} bytes are needed at offset {Position} and {Remaining} are left.", InputFaults.CopyAgain);
        var span = file.Span(Position, bytes);
        Position += bytes;
        return span;
    }

    /// <summary>The next number. GGUF is little-endian and packed: no alignment between fields.</summary>
    public T Read<T>(string what) where T : unmanaged => Unsafe.ReadUnaligned<T>(in Take(Unsafe.SizeOf<T>(), what)[0]);

    /// <summary>A 64-bit length, then so many bytes of UTF-8.</summary>
    public string String(string what)
    {
        var length = Read<ulong>($"the length of {what}");
        if (length > (ulong)Remaining || length > int.MaxValue)
            throw Fault($"{what} declares {length} bytes and {Remaining} are left in the file.", InputFaults.CopyAgain);
        var bytes = Take((int)length, what);
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Fault($"{what} is not UTF-8.", "Convert the model again.", e);
        }
    }

    public InputException Fault(string fault, string remedy = "", Exception? inner = null) => new(file.Path, Field, fault, remedy, inner);
}
