using AxisDemo.Compute;

namespace AxisDemo.Tests.Compute;

public class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_member_takes_its_share_once_in_every_region(int workers)
    {
        using var pool = new WorkerPool(workers);
        var shares = new int[workers];
        void Body(int worker, int of)
        {
            Assert.Equal(workers, of);
            shares[worker]++;
        }

        Action<int, int> body = Body;
        for (var i = 1; i <= 5_000; i++)
        {
            pool.Run(body);
            Assert.All(shares, s => Assert.Equal(i, s));
        }
    }

    [Fact]
    public void Parked_members_wake_up_for_the_next_region()
    {
        using var pool = new WorkerPool(3);
        var count = 0;
        for (var i = 0; i < 20; i++)
        {
            Thread.Sleep(2);
            pool.Run((_, _) => Interlocked.Increment(ref count));
        }

        Assert.Equal(60, count);
    }

    [Fact]
    public void The_caller_sleeps_through_a_long_share_of_another_member()
    {
        using var pool = new WorkerPool(2);
        var finished = 0;
        for (var i = 0; i < 5; i++)
            pool.Run((worker, _) =>
            {
                if (worker == 1) Thread.Sleep(3);
                Interlocked.Increment(ref finished);
            });
        Assert.Equal(10, finished);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_exception_of_any_member_reaches_the_caller_and_the_pool_goes_on(int thrower)
    {
        using var pool = new WorkerPool(2);
        var thrown = Assert.Throws<InvalidOperationException>(() => pool.Run((worker, _) =>
        {
            if (worker == thrower) throw new InvalidOperationException("share");
        }));
        Assert.Equal("share", thrown.Message);
        var count = 0;
        pool.Run((_, _) => Interlocked.Increment(ref count));
        Assert.Equal(2, count);
    }

    [Fact]
    public void A_region_allocates_nothing()
    {
        using var pool = new WorkerPool(2);
        Action<int, int> body = static (_, _) => { };
        for (var i = 0; i < 100; i++) pool.Run(body);
        Assert.Equal(0, Allocations.Fewest(() =>
        {
            for (var i = 0; i < 1_000; i++) pool.Run(body);
        }));
    }
}
