using AxisDemo.Web.Conversations;

namespace AxisDemo.Tests.Web.Conversations;

public class ColumnHistoryTests
{
    private readonly ScriptedGenerator generator = new();
    private readonly ColumnHistory history = new();

    [Fact]
    public void The_two_hundredth_turn_renders_the_template_as_often_as_the_second()
    {
        var past = new List<PastTurn>();
        for (var turn = 0; turn < 200; turn++)
        {
            var before = history.Renderings;
            history.Next(generator, "Be brief.", past, $"Question {turn}");
            Assert.InRange(history.Renderings - before, 1, 2);
            past.Add(Turn(turn));
        }
    }

    [Fact]
    public void What_is_kept_gives_the_prompt_that_a_new_beginning_gives()
    {
        var turns = Enumerable.Range(0, 6).Select(Turn).ToList();
        IReadOnlyList<PastTurn>[] asked = [[], turns[..1], turns[..2], turns[..1], [turns[0], turns[3]], [turns[0], turns[3], turns[4]], turns[..5], turns[2..4], []];
        foreach (var past in asked)
        {
            var kept = history.Next(generator, "", past, "And now?");
            var anew = new ColumnHistory().Next(generator, "", past, "And now?");
            Assert.Equal(anew.Ids, kept.Ids);
            Assert.Equal(anew.Special, kept.Special);
        }
    }

    [Fact]
    public void Another_system_prompt_and_other_ids_of_the_same_text_begin_anew()
    {
        IReadOnlyList<PastTurn> past = [Turn(0)], other = [Turn(0) with { Ids = [7, 8, 9] }];
        var first = history.Next(generator, "", past, "Next").Ids;

        Assert.NotEqual(first, history.Next(generator, "Be brief.", past, "Next").Ids);
        var ids = history.Next(generator, "Be brief.", other, "Next").Ids;
        Assert.Contains("7,8,9", string.Join(',', ids), StringComparison.Ordinal);
        Assert.DoesNotContain("100,101", string.Join(',', ids), StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_of_another_model_is_encoded_as_text()
    {
        var ids = history.Next(generator, "", [Turn(0) with { Model = "another" }], "Next").Ids;

        Assert.DoesNotContain("100,101", string.Join(',', ids), StringComparison.Ordinal);
        Assert.Contains("Answer 0", generator.Tokenizer.Decode(ids), StringComparison.Ordinal);
    }

    private static PastTurn Turn(int turn) => new($"Question {turn}", $"Answer {turn}", "scripted", [100 + turn, 101 + turn]);
}
