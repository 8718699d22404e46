using AxisDemo.Compute;

namespace AxisDemo.Serving;

/// <summary>
/// A conversation has one seed, and each of its turns a seed of its own that follows from it. Were all turns to use the conversation's,
/// every answer would draw the same noise at the same index: answers would begin alike from turn to turn.
/// </summary>
public static class ConversationSeed
{
    /// <summary>
    /// The seed of a turn's answers, in every column the same: the finaliser of SplitMix64 over both numbers. With s = high * 2^32 + low,
    /// in arithmetic modulo 2^64: z = low * 2^32 + turn + Increment + high * FirstFactor, finalized (<see cref="SplitMix"/>).
    /// </summary>
    /// <param name="seed">The conversation's.</param>
    /// <param name="turn">Messages of the user before the one that is answered.</param>
    public static ulong OfTurn(ulong seed, int turn) =>
        SplitMix.Finalize(unchecked((seed << 32 | (uint)turn) + SplitMix.Increment + (seed >> 32) * SplitMix.FirstFactor));

    /// <summary>The turn that a conversation's next answer belongs to.</summary>
    /// <param name="messages">The conversation so far.</param>
    public static int Turn(IEnumerable<Tokenizers.ChatMessage> messages) => Math.Max(0, messages.Count(m => m.Role == "user") - 1);
}
