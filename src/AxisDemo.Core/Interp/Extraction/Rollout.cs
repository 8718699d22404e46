using System.Runtime.InteropServices;
using System.Text;
using AxisDemo.Formats;

namespace AxisDemo.Interp;

/// <summary>An answer and its mean activation.</summary>
/// <param name="Key">Which one of the plan.</param>
/// <param name="Tokens">The answer's tokens, end-of-turn left out.</param>
/// <param name="Text">The answer.</param>
/// <param name="Mean">Mean over the answer's tokens of resid_post, [L * d], block by block.</param>
/// <param name="MeanNorm">Mean over the answer's tokens of |resid_post|, [L].</param>
/// <param name="Score">The judge's score; NaN without one.</param>
public sealed record Rollout(RolloutKey Key, int[] Tokens, string Text, float[] Mean, float[] MeanNorm, float Score)
{
    private const int MostTokens = 1 << 20;

    internal byte[] ToBytes()
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        writer.Write(Key.Index);
        writer.Write(Key.Role);
        writer.Write(Key.Prompt);
        writer.Write(Key.Question);
        writer.Write(Key.Sample);
        writer.Write(Score);
        writer.Write(Text);
        writer.Write(Tokens.Length);
        writer.Write(MemoryMarshal.AsBytes<int>(Tokens));
        writer.Write(MemoryMarshal.AsBytes<float>(MeanNorm));
        writer.Write(MemoryMarshal.AsBytes<float>(Mean));
        writer.Flush();
        return memory.ToArray();
    }

    /// <summary>Reads the payload of a record whose checksum held; <paramref name="where"/> names it in errors.</summary>
    internal static Rollout FromBytes(byte[] payload, int layers, int width, string where)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(payload), Encoding.UTF8);
            var index = reader.ReadInt32();
            var key = new RolloutKey(index, reader.ReadString(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
            var score = reader.ReadSingle();
            var text = reader.ReadString();
            var count = reader.ReadInt32();
            if (count is < 0 or > MostTokens) throw new InputException(where, "tokens", $"there are {count} of them.");
            var tokens = new int[count];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(tokens.AsSpan()));
            var norms = new float[layers];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(norms.AsSpan()));
            var mean = new float[layers * width];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(mean.AsSpan()));
            if (reader.BaseStream.Position != payload.Length) throw new InputException(where, "record", "it is longer than its content.");
            return new Rollout(key, tokens, text, mean, norms, score);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or IOException)
        {
            throw new InputException(where, "record", "its content is cut off though its checksum holds; another program wrote it.", inner: e);
        }
    }
}
