using System.Net;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Hosting;

public class RateLimitsTests
{
    private readonly Clock clock = new();

    [Fact]
    public void An_address_has_a_minutes_worth_and_gets_it_back_evenly()
    {
        var limits = Limits(perMinute: 6);

        Assert.Equal(6, limits.Remaining("a"));
        Assert.True(limits.TryTake("a", 6));
        Assert.False(limits.TryTake("a"));
        Assert.Equal(0, limits.Remaining("a"));
        Assert.Equal(6, limits.Remaining("b"));

        clock.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(1, limits.Remaining("a"));
        Assert.False(limits.TryTake("a", 2));
        Assert.True(limits.TryTake("a"));
        clock.Pass(TimeSpan.FromHours(1));
        Assert.Equal(6, limits.Remaining("a"));
    }

    [Fact]
    public void A_refusal_says_how_long_to_wait_and_takes_nothing()
    {
        var limits = Limits(perMinute: 6);
        using var first = limits.Enter("a", 6);
        clock.Pass(TimeSpan.FromSeconds(5));

        using var refused = limits.Enter("a", 2);

        Assert.Null(first.Refusal);
        Assert.Contains("6 a minute", refused.Refusal, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(15), refused.RetryAfter);
        clock.Pass(refused.RetryAfter);
        using var later = limits.Enter("a", 2);
        Assert.Null(later.Refusal);
    }

    [Fact]
    public void Running_answers_are_counted_until_they_are_given_back_once()
    {
        var limits = Limits(perMinute: 1000, atOnce: 3);
        var two = limits.Enter("a", 2);
        var one = limits.Enter("a");

        Assert.Contains("3 are running", limits.Enter("a").Refusal, StringComparison.Ordinal);
        Assert.Equal(997, limits.Remaining("a"));
        Assert.Null(limits.Enter("b").Refusal);
        one.Dispose();
        one.Dispose();
        Assert.Null(limits.Enter("a").Refusal);
        Assert.NotNull(limits.Enter("a").Refusal);
        two.Dispose();
        Assert.Null(limits.Enter("a", 2).Refusal);
    }

    [Fact]
    public void More_than_a_minute_ever_gives_is_refused_with_the_number() =>
        Assert.Contains("Ask for fewer", Limits(perMinute: 3).Enter("a", 4).Refusal, StringComparison.Ordinal);

    [Fact]
    public void Many_addresses_do_not_fill_the_memory_and_an_empty_count_outlives_them()
    {
        var limits = Limits(perMinute: 2);
        limits.TryTake("spent", 2);
        for (var i = 0; i < 100_100; i++) limits.TryTake($"10.{i >> 16}.{i >> 8 & 255}.{i & 255}");

        // Nobody's count is full yet, so the last ones share a count, which is spent by now.
        Assert.Equal(0, limits.Remaining("spent"));
        Assert.False(limits.TryTake("192.0.2.1"));
        clock.Pass(TimeSpan.FromMinutes(1));
        Assert.True(limits.TryTake("192.0.2.1"));
        Assert.True(limits.TryTake("192.0.2.2"));
        Assert.True(limits.TryTake("192.0.2.2"));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public void An_address_is_counted_as_one_visitor_has_it(string address, string counted) => Assert.Equal(counted, ClientAddress.Of(IPAddress.Parse(address)));

    private RateLimits Limits(int perMinute, int atOnce = 100) =>
        new(Microsoft.Extensions.Options.Options.Create(new LimitOptions { AnswersPerMinute = perMinute, AnswersAtOnce = atOnce }), clock);

    private sealed class Clock : TimeProvider
    {
        private TimeSpan passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => passed += time;

        public override long GetTimestamp() => passed.Ticks;
    }
}
