using System.Runtime.InteropServices;
using AxisDemo.Compute;

namespace AxisDemo.Model.Hooks;

/// <summary>The rows of one sequence in a step, and where what they report is written.</summary>
/// <param name="From">First row in the step.</param>
/// <param name="Count">Rows.</param>
/// <param name="Start">Position of the first row.</param>
/// <param name="Observed">The last so many rows are reported.</param>
/// <param name="Base">Where the sequence's results begin.</param>
/// <param name="Marks">For each position what its token is.</param>
/// <param name="LastFrom">The prompt's last position.</param>
internal readonly record struct HookRows(int From, int Count, int Start, int Observed, int Base, IReadOnlyList<TokenMarks> Marks, int LastFrom)
{
    /// <summary>First row that is reported.</summary>
    public int ObservedFrom => From + Count - Observed;

    /// <summary>Where the results of a unit begin, one float for each row that is reported.</summary>
    public int Slot(int unit) => Base + unit * Observed;
}

/// <summary>What a sequence wants at one site of one block.</summary>
internal abstract class HookAction
{
    /// <summary>Does it.</summary>
    /// <param name="ops">The engine.</param>
    /// <param name="x">The site's rows.</param>
    /// <param name="rows">The sequence's among them.</param>
    public abstract void Act(ITensorOps ops, IBuffer x, in HookRows rows);
}

/// <summary>The projection of the rows that are reported.</summary>
internal sealed class ProjectAction(IVector unit, int resultUnit) : HookAction
{
    public override void Act(ITensorOps ops, IBuffer x, in HookRows rows)
    {
        if (rows.Observed > 0) ops.Project(x, unit, rows.ObservedFrom, rows.Observed, rows.Slot(resultUnit));
    }
}

/// <summary>A change to the rows at some positions: they are found here, and changed run by run.</summary>
internal abstract class ChangeAction(Positions positions) : HookAction
{
    public sealed override void Act(ITensorOps ops, IBuffer x, in HookRows rows)
    {
        for (var i = 0; i < rows.Count;)
        {
            if (!ActsOn(rows, i))
            {
                i++;
                continue;
            }

            var end = i + 1;
            while (end < rows.Count && end != rows.Count - rows.Observed && ActsOn(rows, end)) end++;
            Change(ops, x, rows, rows.From + i, end - i);
            i = end;
        }
    }

    /// <summary>Changes rows; all of them are reported, or none.</summary>
    protected abstract void Change(ITensorOps ops, IBuffer x, in HookRows rows, int from, int count);

    private bool ActsOn(in HookRows rows, int row) => positions.Contain(rows.Start + row, rows.Marks[rows.Start + row], rows.LastFrom);
}

/// <summary>A floor on the projection; says which rows it lifted.</summary>
internal sealed class FloorAction(Positions positions, IVector unit, float floor, int resultUnit) : ChangeAction(positions)
{
    protected override void Change(ITensorOps ops, IBuffer x, in HookRows rows, int from, int count) =>
        ops.Floor(x, unit, floor, from, count, from >= rows.ObservedFrom ? rows.Slot(resultUnit) + from - rows.ObservedFrom : -1);
}

/// <summary>A vector is added.</summary>
internal sealed class AddAction(Positions positions, IVector vector, float coefficient) : ChangeAction(positions)
{
    protected override void Change(ITensorOps ops, IBuffer x, in HookRows rows, int from, int count) => ops.AddVector(x, vector, coefficient, from, count);
}

/// <summary>The component along a vector is removed, and another vector added where there is one.</summary>
internal sealed class AblateAction(Positions positions, IVector unit, IVector? addend, float coefficient) : ChangeAction(positions)
{
    protected override void Change(ITensorOps ops, IBuffer x, in HookRows rows, int from, int count) => ops.Ablate(x, unit, addend, coefficient, from, count);
}

/// <summary>Some channels become the same in every row: a masked head.</summary>
internal sealed class FillAction(Positions positions, IVector values, int column) : ChangeAction(positions)
{
    protected override void Change(ITensorOps ops, IBuffer x, in HookRows rows, int from, int count) => ops.Fill(x, values, column, from, count);
}

/// <summary>Rows, or some heads of them, become those of another run.</summary>
internal sealed class PatchAction(Positions positions, Activations values, IReadOnlyList<int>? heads, int headDim) : ChangeAction(positions)
{
    protected override void Change(ITensorOps ops, IBuffer x, in HookRows rows, int from, int count)
    {
        // Row by row: neighbouring positions need not be neighbours in the values.
        for (var row = from; row < from + count; row++)
        {
            var given = values.Row(rows.Start + row - rows.From);
            if (heads is null) ops.Write(x, given, 0, row, 1);
            else
                foreach (var head in heads) ops.Write(x, given.Slice(head * headDim, headDim), head * headDim, row, 1);
        }
    }
}

/// <summary>Rows of the positions that a capture wants go into the step's results.</summary>
internal sealed class CaptureAction(CapturePlan plan, int layer) : HookAction
{
    public override void Act(ITensorOps ops, IBuffer x, in HookRows rows)
    {
        var (wanted, place) = (plan.Wanted(rows.Start, rows.Count), plan.Place(rows));
        var taken = 0;
        for (var i = 0; i < rows.Count && taken < wanted;)
        {
            if (!plan.Wants(rows.Start + i))
            {
                i++;
                continue;
            }

            var end = i + 1;
            while (end < rows.Count && plan.Wants(rows.Start + end)) end++;
            ops.Capture(x, rows.From + i, end - i, place + (layer * wanted + taken) * plan.Width);
            taken += end - i;
            i = end;
        }
    }
}
