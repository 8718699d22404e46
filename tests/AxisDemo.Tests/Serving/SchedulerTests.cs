using AxisDemo.Serving;

namespace AxisDemo.Tests.Serving;

public class SchedulerTests
{
    [Fact]
    public void Everyone_who_decodes_gets_a_row_and_a_prompt_shares_the_rest()
    {
        var plan = new Rows[3];
        Scheduler.Plan([new(1, 0), new(1, 1), new(100, 0)], 20, plan);
        Assert.Equal([new Rows(1, 0), new Rows(1, 1), new Rows(17, 0)], plan);
    }

    [Fact]
    public void A_reader_and_its_request_reach_the_newest_token_together()
    {
        var plan = new Rows[1];
        Scheduler.Plan([new(10, 100)], 60, plan);
        Assert.Equal(new Rows(9, 50), plan[0]);
        Scheduler.Plan([new(1, 50)], 60, plan);
        Assert.Equal(new Rows(1, 50), plan[0]);
    }

    [Fact]
    public void A_request_and_its_reader_take_a_given_answer_in_equal_pieces()
    {
        var plan = new Rows[2];
        Scheduler.Plan([new(1, 1, InAnswer: true), new(32, 32, InAnswer: true)], 21, plan);
        Assert.Equal([new Rows(1, 1), new Rows(9, 9)], plan);
        Scheduler.Plan([new(1, 1, InAnswer: true), new(23, 23, InAnswer: true)], 2, plan);
        Assert.Equal(new Rows(1, 1), plan[1]);
        Scheduler.Plan([new(1, 1, InAnswer: true), new(32, 0, InAnswer: true)], 22, plan);
        Assert.Equal(new Rows(20, 0), plan[1]);
    }

    [Fact]
    public void A_prompt_advances_even_when_the_budget_is_spent()
    {
        var plan = new Rows[2];
        Scheduler.Plan([new(1, 1), new(40, 0)], 1, plan);
        Assert.Equal(new Rows(1, 0), plan[1]);
    }

    [Fact]
    public void Whatever_the_budget_every_request_ends_in_bounded_steps()
    {
        for (var budget = 1; budget < 40; budget++)
        {
            Pending[] left = [new(37, 0), new(12, 30), new(1, 1), new(50, 2)];
            var plan = new Rows[left.Length];
            var steps = 0;
            while (left.Any(p => p.Main > 0))
            {
                Assert.True(++steps < 300);
                Scheduler.Plan(left, budget, plan);
                for (var i = 0; i < left.Length; i++)
                {
                    Assert.InRange(plan[i].Main, 0, left[i].Main);
                    Assert.InRange(plan[i].Reader, 0, left[i].Reader);
                    left[i] = new Pending(left[i].Main - plan[i].Main, left[i].Reader - plan[i].Reader);
                    Assert.True(left[i].Main > 0 || left[i].Reader == 0, "the reader is never behind at the newest token");
                }
            }
        }
    }
}
