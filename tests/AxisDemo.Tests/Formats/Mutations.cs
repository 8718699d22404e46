using System.Buffers.Binary;

namespace AxisDemo.Tests.Formats;

/// <summary>Damages files in the ways that break readers: lengths, counts and offsets at their limits, cuts, shifts, flips, noise.</summary>
internal static class Mutations
{
    private static readonly ulong[] s_limits =
    [
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 1UL << 40, 1UL << 61, 0x7FFF_FFFF_FFFF_FFFF, 1UL << 63, ulong.MaxValue - 31, ulong.MaxValue,
    ];

    /// <summary>How many cases each fuzz test tries: AXISDEMO_FUZZ, 300 unless set.</summary>
    public static int Cases => int.TryParse(Environment.GetEnvironmentVariable("AXISDEMO_FUZZ"), out var n) ? n : 300;

    /// <summary>One damaged copy; the same seed damages it the same way.</summary>
    public static byte[] Of(byte[] valid, int seed)
    {
        var random = new Random(seed);
        if (random.Next(12) == 0) return Noise(valid, random);
        var bytes = (byte[])valid.Clone();
        for (var n = random.Next(1, 5); n > 0; n--) bytes = Once(bytes, random);
        return bytes;
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        if (bytes.Length < 16) return [.. bytes, (byte)random.Next(256)];
        // Most of what decides anything stands near the front.
        var at = random.Next(2) == 0 ? random.Next(bytes.Length) : random.Next(Math.Min(bytes.Length, 400));
        switch (random.Next(7))
        {
            case 0: bytes[at] ^= (byte)(1 << random.Next(8)); return bytes;
            case 1: bytes[at] = (byte)random.Next(256); return bytes;
            case 2:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Math.Min(at, bytes.Length - 8)), s_limits[random.Next(s_limits.Length)]);
                return bytes;
            case 3:
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Math.Min(at, bytes.Length - 4)), (uint)s_limits[random.Next(s_limits.Length)]);
                return bytes;
            case 4: return bytes[..at];
            case 5: return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 40))..]];
            default: return [.. bytes[..at], .. bytes[at..Math.Min(bytes.Length, at + random.Next(1, 40))], .. bytes[at..]];
        }
    }

    private static byte[] Noise(byte[] valid, Random random)
    {
        var noise = new byte[random.Next(0, 2000)];
        random.NextBytes(noise);
        return [.. valid[..Math.Min(valid.Length, random.Next(0, 32))], .. noise];
    }
}
