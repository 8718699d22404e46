using AxisDemo.Model.Hooks;
using AxisDemo.Serving;

namespace AxisDemo.Tests.Serving;

public class InterventionSetsTests
{
    private static readonly Direction Axis = new("axis", [1, 2, 2]);
    private static readonly Intervention Push = Intervention.Add([(0, Axis, 1)]), Strong = Intervention.Add([(0, Axis, 2)]);

    [Fact]
    public void Equal_sets_have_equal_numbers_and_others_have_others()
    {
        var sets = new InterventionSets();
        int Number(params Intervention[] interventions) => new ActingSets(interventions, 5, sets).At(3, TokenMarks.None);

        Assert.Equal(0, Number());
        Assert.Equal(Number(Push), Number(Intervention.Add([(0, Axis, 1)])));
        // In another order they act otherwise.
        Assert.Equal(5, new[] { Number(), Number(Push), Number(Strong), Number(Push, Strong), Number(Strong, Push) }.Distinct().Count());
        Assert.NotEqual(Number(Push), Number(Push, Push));
    }

    [Fact]
    public void What_does_not_act_at_a_position_is_in_no_set_there()
    {
        var sets = new InterventionSets();
        var acting = new ActingSets([Intervention.Add([(0, Axis, 1)], Positions.At([4])), Intervention.Add([(0, Axis, 2)], Positions.Last)], 5, sets);

        Assert.Equal(0, acting.At(3, TokenMarks.None));
        Assert.Equal(new ActingSets([Push], 5, sets).At(0, TokenMarks.None), acting.At(4, TokenMarks.None));
        Assert.Equal(new ActingSets([Strong], 5, sets).At(0, TokenMarks.None), acting.At(5, TokenMarks.None));
    }

    [Fact]
    public void A_mask_of_nothing_is_the_plain_run() =>
        Assert.Equal(0, new ActingSets([Intervention.MaskHeads([])], 5, new InterventionSets()).At(3, TokenMarks.None));

    [Fact]
    public void Forgotten_sets_get_numbers_that_none_had()
    {
        var sets = new InterventionSets(most: 2);
        int[] numbers = [.. Enumerable.Range(1, 6).Select(i => new ActingSets([Intervention.Add([(0, Axis, i)])], 5, sets).At(0, TokenMarks.None))];
        Assert.Equal(numbers.Length, numbers.Distinct().Count());
    }

    [Fact]
    public void What_is_made_for_a_set_is_small_however_much_is_in_it()
    {
        var sets = new InterventionSets();
        // Many interventions in many blocks, and some whose positions make every position's set another one.
        Intervention[] many =
        [
            .. Enumerable.Range(0, 50).Select(i => Intervention.Add(Enumerable.Range(0, 30).Select(l => (l, Axis, (float)i)))),
            .. Enumerable.Range(0, 11).Select(bit => Intervention.Add([(0, Axis, 1)], Positions.At(Enumerable.Range(0, 2048).Where(p => (p >> bit & 1) != 0)))),
        ];
        var acting = new ActingSets(many, 2048, sets);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var numbers = new HashSet<int>();
        for (var position = 0; position < 2048; position++) numbers.Add(acting.At(position, TokenMarks.None));

        // One bit of a position is a set that another bit is too: 11 bits of equal pushes have as many sums as bits.
        Assert.Equal(12, numbers.Count);
        // 61 hashes for each of 2,048 positions, twice; the interventions' own keys would be 400 MB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }
}
