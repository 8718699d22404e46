using System.Text;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

public class Utf8StreamTests
{
    [Fact]
    public void Both_halves_of_a_surrogate_pair_come_together_and_not_before_the_last_byte()
    {
        var stream = new Utf8Stream();
        var pushed = Encoding.UTF8.GetBytes("a🎭b").Select(b => stream.Push([b])).ToList();
        Assert.Equal(["a", "", "", "", "🎭", "b"], pushed);
        Assert.Equal("", stream.Flush());
    }

    [Fact]
    public void A_character_cut_off_by_the_end_becomes_one_replacement()
    {
        var stream = new Utf8Stream();
        Assert.Equal("x", stream.Push([(byte)'x', 0xf0, 0x9f]));
        Assert.Equal("\ufffd", stream.Flush());
        Assert.Equal("y", stream.Push([(byte)'y']));
    }

    [Fact]
    public void Bytes_in_any_portions_give_what_they_give_at_once()
    {
        var random = new Random(5);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(24)];
            random.NextBytes(bytes);
            if (round % 2 == 0) bytes = Encoding.UTF8.GetBytes(ByteLevelTokenizerTests.RandomText(random, 12));
            var stream = new Utf8Stream();
            var text = new StringBuilder();
            for (var at = 0; at < bytes.Length;)
            {
                var take = Math.Min(random.Next(4), bytes.Length - at);
                text.Append(stream.Push(bytes.AsSpan(at, take)));
                at += take;
            }
            Assert.Equal(Encoding.UTF8.GetString(bytes), text + stream.Flush());
        }
    }
}
