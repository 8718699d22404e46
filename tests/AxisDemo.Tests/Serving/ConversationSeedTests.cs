using AxisDemo.Serving;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Serving;

public sealed class ConversationSeedTests
{
    // From the rule as it is documented, in Python's whole numbers: files and programs rely on these.
    [Theory]
    [InlineData(0ul, 0, 16294208416658607535ul)]
    [InlineData(3ul, 0, 5741395155545305595ul)]
    [InlineData(3ul, 1, 9297588916226421122ul)]
    [InlineData(2147483647ul, 7, 2792894027242357280ul)]
    [InlineData(4294967299ul, 1, 8594996542321198469ul)]
    [InlineData(18446744073709551615ul, 2147483647, 7596923931615570786ul)]
    public void The_rule_is_the_documented_one(ulong seed, int turn, ulong expected) => Assert.Equal(expected, ConversationSeed.OfTurn(seed, turn));

    [Fact]
    public void Neighbouring_seeds_and_turns_have_seeds_of_their_own()
    {
        ulong[] seeds = [.. Enumerable.Range(0, 40).SelectMany(i => (ulong[])[(ulong)i, (ulong)i << 32, ulong.MaxValue - (ulong)i])];
        var all = from seed in seeds.Distinct() from turn in Enumerable.Range(0, 200) select ConversationSeed.OfTurn(seed, turn);
        Assert.Equal(seeds.Distinct().Count() * 200, all.Distinct().Count());
    }

    [Fact]
    public void A_turn_is_counted_by_the_users_messages()
    {
        static ChatMessage Of(string role) => new(role, "x");
        Assert.Equal(0, ConversationSeed.Turn([]));
        Assert.Equal(0, ConversationSeed.Turn([Of("system"), Of("user")]));
        Assert.Equal(2, ConversationSeed.Turn([Of("system"), Of("user"), Of("assistant"), Of("user"), Of("assistant"), Of("user")]));
    }
}
