using AxisDemo.Web.Charts;

namespace AxisDemo.Tests.Web.Charts;

public class SeedSpreadTests
{
    [Fact]
    public void Four_seeds_have_a_mean_and_a_standard_deviation()
    {
        var spread = SeedSpread.Of([2, 4, 4, 6])!.Value;

        Assert.Equal((4, 4.0), (spread.Seeds, spread.Mean));
        Assert.Equal(Math.Sqrt(8.0 / 3), spread.Spread!.Value, 12);
    }

    [Fact]
    public void One_answer_has_no_spread_and_none_has_nothing()
    {
        Assert.Equal(new SeedSpread(1, -7, null), SeedSpread.Of([-7]));
        Assert.Null(SeedSpread.Of([]));
    }

    // Spread of -1, 0, 1 is 1; of -3, 0, 3 it is 3: the wider column decides.
    [Theory]
    [InlineData(0.5f, 1, true)]
    [InlineData(1.5f, 1, false)]
    [InlineData(-1.5f, 1, false)]
    [InlineData(2.5f, 3, true)]
    [InlineData(-3.5f, 3, false)]
    public void A_distance_within_the_wider_spread_is_noise(float distance, float width, bool noise) =>
        Assert.Equal(noise, SeedSpread.IsNoise(SeedSpread.Of([-1, 0, 1]), SeedSpread.Of([distance - width, distance, distance + width])));

    [Fact]
    public void Without_repeats_nothing_is_called_noise() => Assert.Null(SeedSpread.IsNoise(SeedSpread.Of([1]), SeedSpread.Of([1, 2])));
}
