using AxisDemo.Web.Components.Chat;

namespace AxisDemo.Tests.Web;

public class TrajectoryTests
{
    private readonly Trajectory trajectory = new();

    [Fact]
    public void A_cursor_is_given_each_point_once()
    {
        trajectory.Begin(-6, 75);
        trajectory.Add(Point(0, Variant.Standard, 0, -10));
        var first = trajectory.Since(default);
        trajectory.Add(Point(0, Variant.Capped, 0, -20));
        var second = trajectory.Since(first.Cursor);

        Assert.Single(first.Points);
        Assert.Equal(Variant.Capped, Assert.Single(second.Points).Variant);
        Assert.Empty(trajectory.Since(second.Cursor).Points);
        Assert.Empty(trajectory.Since(second.Cursor).Turns);
    }

    [Fact]
    public void Means_are_kept_apart_by_column_and_reading()
    {
        trajectory.Begin(-6, 75);
        trajectory.Add(Point(0, Variant.Standard, 0, -10));
        trajectory.Add(Point(0, Variant.Standard, 1, -30));
        trajectory.Add(new TokenPoint(0, Variant.Capped, 0, "a", -1, -2, -3, true, 2));
        trajectory.Add(new TokenPoint(0, Variant.Capped, 1, "b", -3, -4, -5, true, 2));

        Assert.Equal([-20, -4, -2, -3], trajectory.Since(default).Turns[0].Means.Select(m => m!.Value));
        Assert.Equal(-20, trajectory.Mean(0, Variant.Standard));
        Assert.Equal(-3, trajectory.Mean(0, Variant.Capped, Reading.Post));
        Assert.Null(trajectory.Mean(1, Variant.Capped));
    }

    [Fact]
    public void A_running_turn_grows_in_steps_and_a_finished_one_fits_its_tokens()
    {
        trajectory.Begin(null, 75);
        for (var i = 0; i < 40; i++) trajectory.Add(Point(0, Variant.Standard, i, 0));
        Assert.Equal(64, trajectory.Since(default).Turns[0].Span);

        trajectory.Complete(0);

        Assert.Equal(40, trajectory.Since(default).Turns[0].Span);
    }

    [Fact]
    public void After_a_removal_a_drawing_starts_again_without_what_was_removed()
    {
        trajectory.Begin(-6, 75);
        trajectory.Add(Point(0, Variant.Standard, 0, -10));
        trajectory.Begin(-6, 75);
        trajectory.Add(Point(1, Variant.Standard, 0, -50));
        var drawn = trajectory.Since(default).Cursor;

        trajectory.Truncate(1);
        trajectory.Add(Point(1, Variant.Standard, 1, -60));
        var delta = trajectory.Since(drawn);

        Assert.True(delta.Reset);
        Assert.Equal(-10, Assert.Single(delta.Points).Pre);
        Assert.Single(delta.Turns);
    }

    [Fact]
    public async Task Columns_write_while_a_page_reads_and_nothing_is_lost_or_doubled()
    {
        trajectory.Begin(-6, 75);
        var writers = new[] { Variant.Standard, Variant.Capped }.Select(v => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++) trajectory.Add(Point(0, v, i, -i));
        })).ToArray();
        var seen = new List<TokenPoint>();
        TrajectoryCursor cursor = default;
        var writing = Task.WhenAll(writers);
        do
        {
            var delta = trajectory.Since(cursor);
            seen.AddRange(delta.Points);
            cursor = delta.Cursor;
        }
        while (!writing.IsCompleted || seen.Count < 40_000);
        await writing;

        Assert.Equal(40_000, seen.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, 20_000), seen.Where(p => p.Variant == Variant.Capped).Select(p => p.Index));
    }

    private static TokenPoint Point(int turn, Variant variant, int index, float value) => new(turn, variant, index, "t", value, value, value, false, 0);
}
