using AxisDemo.Interp;

namespace AxisDemo.Tests.Interp;

public class StatisticsTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(25, 1.75)]
    [InlineData(50, 2.5)]
    [InlineData(75, 3.25)]
    [InlineData(100, 4)]
    public void Percentiles_lie_between_neighbours_as_numpy_puts_them(double percent, double expected) =>
        Assert.Equal(expected, Statistics.Percentile([1, 2, 3, 4], percent), 12);

    [Fact]
    public void Auc_counts_pairs_and_ties_half()
    {
        Assert.Equal(1, Statistics.Auc([3.0, 4], [1.0, 2]));
        Assert.Equal(0, Statistics.Auc([1.0], [2.0]));
        Assert.Equal(0.5, Statistics.Auc([2.0], [2.0]));
        Assert.Equal((1 + 0.5 + 0 + 1) / 4, Statistics.Auc([2.0, 1.5], [1.0, 2.0]), 12);
        Assert.Equal(0.5, Statistics.Auc([], [2.0]));
    }
}
