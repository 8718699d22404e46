using AxisDemo.Web.Charts;

namespace AxisDemo.Tests.Web.Charts;

public class TrajectoryTests
{
    private readonly Trajectory trajectory = new();

    [Fact]
    public void A_cursor_is_given_each_point_once()
    {
        Begin();
        trajectory.Add(Point(0, Column.A, 0, -10));
        var first = trajectory.Since(default);
        trajectory.Add(Point(0, Column.B, 0, -20));
        var second = trajectory.Since(first.Cursor);

        Assert.Single(first.Points);
        Assert.Equal(Column.B, Assert.Single(second.Points).Column);
        Assert.Empty(trajectory.Since(second.Cursor).Points);
        Assert.Empty(trajectory.Since(second.Cursor).Turns);
    }

    [Fact]
    public void Means_are_kept_apart_by_column_and_reading()
    {
        Begin();
        trajectory.Add(Point(0, Column.A, 0, -10));
        trajectory.Add(Point(0, Column.A, 1, -30));
        trajectory.Add(new TokenPoint(0, Column.B, 0, 0, 7, "a", -1, -2, -3, true, 2, 0.1f, "b"));
        trajectory.Add(new TokenPoint(0, Column.B, 0, 1, 8, "b", -3, -4, -5, true, 2, 0.1f, "b"));

        var turn = trajectory.Since(default).Turns[0];
        Assert.Equal(new ReadingMeans(-20, -20, -20), turn.Columns[Column.A].Samples[0]);
        Assert.Equal(new ReadingMeans(-4, -2, -3), turn.Columns[Column.B].Samples[0]);
        Assert.Equal(-20, trajectory.Mean(0, Column.A));
        Assert.Equal(-3, trajectory.Mean(0, Column.B, Reading.Post));
        Assert.Null(trajectory.Mean(1, Column.B));
    }

    [Fact]
    public void A_running_turn_grows_in_steps_and_a_finished_one_fits_its_tokens()
    {
        Begin();
        for (var i = 0; i < 40; i++) trajectory.Add(Point(0, Column.A, i, 0));
        Assert.Equal(64, trajectory.Since(default).Turns[0].Span);

        trajectory.Complete(0);

        Assert.Equal(40, trajectory.Since(default).Turns[0].Span);
    }

    [Fact]
    public void After_a_removal_a_drawing_goes_back_to_what_still_holds()
    {
        Begin();
        trajectory.Add(Point(0, Column.A, 0, -10));
        Begin();
        trajectory.Add(Point(1, Column.A, 0, -50));
        var drawn = trajectory.Since(default).Cursor;

        trajectory.Truncate(1);
        trajectory.Add(Point(1, Column.A, 1, -60));
        var delta = trajectory.Since(drawn);

        Assert.Equal((1, 1), (delta.Keep, delta.Count));
        Assert.Empty(delta.Points);
        Assert.Empty(delta.Turns);
        Assert.Equal(-10, Assert.Single(trajectory.Since(default).Points).Pre);
    }

    [Fact]
    public void A_drawing_that_missed_two_removals_goes_back_to_the_earlier_one()
    {
        for (var turn = 0; turn < 3; turn++)
        {
            Begin();
            trajectory.Add(Point(turn, Column.A, 0, turn));
        }

        var drawn = trajectory.Since(default).Cursor;
        trajectory.Truncate(1);
        Begin();
        trajectory.Add(Point(1, Column.A, 0, 7));
        trajectory.Add(Point(1, Column.A, 1, 8));
        trajectory.Truncate(1);
        Begin();
        trajectory.Add(Point(1, Column.A, 0, 9));
        var delta = trajectory.Since(drawn);

        Assert.Equal((1, 2), (delta.Keep, delta.Count));
        Assert.Equal(9, Assert.Single(delta.Points).Pre);
        Assert.Equal(1, Assert.Single(delta.Turns).Turn);
    }

    [Fact]
    public void Much_that_is_new_comes_in_parts()
    {
        Begin();
        for (var i = 0; i < 10; i++) trajectory.Add(Point(0, Column.A, i, i));

        var first = trajectory.Since(new TrajectoryCursor(-1, 0, 0), most: 6);
        var second = trajectory.Since(first.Cursor, most: 6);

        Assert.Equal((0, 6, 6, 4), (first.Keep, first.Points.Count, second.Keep, second.Points.Count));
        Assert.Equal(Enumerable.Range(0, 10), first.Points.Concat(second.Points).Select(p => p.Index));
    }

    [Fact]
    public void Other_axes_have_means_of_their_own()
    {
        Begin(2);
        trajectory.Add(Point(0, Column.B, 0, -20) with { More = [new AxisPoint("role:pirate", 1, 2, 3)] });
        trajectory.Add(Point(0, Column.B, 1, -20) with { More = [new AxisPoint("role:pirate", 3, 4, 5)] });

        var column = trajectory.Since(default).Turns[0].Columns[Column.B];

        Assert.Equal([new ReadingMeans(4, 2, 3), null], column.On("role:pirate"));
        Assert.Equal(-20, column.On(DrawnAxis.Main)[0]!.Read);
        Assert.Empty(column.On("role:poet"));
    }

    [Fact]
    public async Task Columns_write_while_a_page_reads_and_nothing_is_lost_or_doubled()
    {
        Begin();
        var writers = new[] { Column.A, Column.B }.Select(v => Task.Run(() =>
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
        Assert.Equal(Enumerable.Range(0, 20_000), seen.Where(p => p.Column == Column.B).Select(p => p.Index));
    }

    [Fact]
    public void A_columns_answers_can_be_taken_away_alone_and_samples_are_kept_apart()
    {
        Begin(2);
        trajectory.Add(Point(0, Column.A, 0, -10));
        trajectory.Add(Point(0, Column.B, 0, -20));
        trajectory.Add(Point(0, Column.B, 0, -40) with { Sample = 1 });
        var drawn = trajectory.Since(default).Cursor;
        Assert.Equal((-20, -40), (trajectory.Mean(0, Column.B), trajectory.Mean(0, Column.B, sample: 1)));

        trajectory.Reopen(0, Column.B, new ColumnStart("Steered", null, 1));
        var delta = trajectory.Since(drawn);

        Assert.Equal(1, delta.Keep);
        Assert.Empty(delta.Points);
        Assert.Equal("Steered", Assert.Single(delta.Turns).Columns[Column.B].Name);
        Assert.Null(trajectory.Mean(0, Column.B));
        Assert.Equal(-10, trajectory.Mean(0, Column.A));
    }

    private void Begin(int samples = 1) => trajectory.Begin(new([(Column.A, new ColumnStart("Standard", null, samples)), (Column.B, new ColumnStart("Capped", new ColumnFloor(-6, 75, true), samples))]));

    private static TokenPoint Point(int turn, Column column, int index, float value) => new(turn, column, 0, index, 100 + index, "t", value, value, value, false, 0, null, null);
}
