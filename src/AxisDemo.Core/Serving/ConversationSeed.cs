namespace AxisDemo.Serving;

/// <summary>
/// A conversation has one seed, and each of its turns a seed of its own that follows from it. Were all turns to use the conversation's,
/// every answer would draw the same noise at the same index: answers would begin alike from turn to turn.
/// </summary>
public static class ConversationSeed
{
    private const ulong Increment = 0x9E3779B97F4A7C15, First = 0xBF58476D1CE4E5B9, Second = 0x94D049BB133111EB;

    /// <summary>
    /// The seed of a turn's answers, in every column the same: the finaliser of SplitMix64 over both numbers. With s = high * 2^32 + low,
    /// in arithmetic modulo 2^64: z = low * 2^32 + turn + 0x9E3779B97F4A7C15 + high * 0xBF58476D1CE4E5B9;
    /// z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9; z = (z ^ z >> 27) * 0x94D049BB133111EB; the seed is z ^ z >> 31.
    /// </summary>
    /// <param name="seed">The conversation's.</param>
    /// <param name="turn">Messages of the user before the one that is answered.</param>
    public static ulong OfTurn(ulong seed, int turn)
    {
        var z = unchecked((seed << 32 | (uint)turn) + Increment + (seed >> 32) * First);
        z = unchecked((z ^ (z >> 30)) * First);
        z = unchecked((z ^ (z >> 27)) * Second);
        return z ^ (z >> 31);
    }

    /// <summary>The turn that a conversation's next answer belongs to.</summary>
    /// <param name="messages">The conversation so far.</param>
    public static int Turn(IEnumerable<Tokenizers.ChatMessage> messages) => Math.Max(0, messages.Count(m => m.Role == "user") - 1);
}
