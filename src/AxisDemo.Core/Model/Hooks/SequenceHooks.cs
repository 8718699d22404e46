using AxisDemo.Kernels;

namespace AxisDemo.Model.Hooks;

/// <summary>
/// What a sequence wants at each block's output, compiled once per request: projections before, interventions in order, projections
/// after, and the whole row where a mean is wanted. Results are numbered in floats per row, see <see cref="Units"/>.
/// </summary>
public sealed class SequenceHooks
{
    private readonly List<LayerAction>[] byLayer;

    /// <summary>Compiles a request's hooks.</summary>
    /// <param name="layers">Blocks of the model.</param>
    /// <param name="width">Width d.</param>
    /// <param name="upload">Gives the engine's vector of a span; called once per vector.</param>
    /// <param name="interventions">In order.</param>
    /// <param name="watches">Reported before and after.</param>
    /// <param name="captureRows">Whether every block's output is returned too.</param>
    /// <param name="lastFrom">First position on which <see cref="Positions.Last"/> acts: the prompt's last.</param>
    public SequenceHooks(int layers, int width, VectorCache upload, IReadOnlyList<Intervention> interventions, IReadOnlyList<Watch> watches, bool captureRows, int lastFrom)
    {
        byLayer = new List<LayerAction>[layers];
        for (var l = 0; l < layers; l++) byLayer[l] = [];
        Watches = new WatchSlots[watches.Count];
        LastFrom = lastFrom;
        Width = width;

        for (var w = 0; w < watches.Count; w++)
        {
            Watches[w].Pre = Units++;
            byLayer[watches[w].Layer].Add(new LayerAction(LayerActionKind.Project, Positions.All, upload.Unit(watches[w].Vector), null, 0, Watches[w].Pre));
        }

        foreach (var intervention in interventions)
            foreach (var item in intervention.Layers)
            {
                var action = intervention.Kind switch
                {
                    InterventionKind.Cap => new LayerAction(LayerActionKind.Floor, intervention.Positions, upload.Unit(item.Vector), null, item.Amount, Units),
                    InterventionKind.Add => new LayerAction(LayerActionKind.Add, intervention.Positions, upload.Values(item.Vector), null, item.Amount, -1),
                    _ => new LayerAction(LayerActionKind.Ablate, intervention.Positions, upload.Unit(item.Vector), item.Addend is null ? null : upload.Values(item.Addend), item.Amount, -1),
                };
                if (action.Kind == LayerActionKind.Floor) Caps.Add(new CapSlot(item.Layer, Units++));
                byLayer[item.Layer].Add(action);
                PositionDependent |= intervention.Positions != Positions.All;
            }

        for (var w = 0; w < watches.Count; w++)
        {
            Watches[w].Post = Units++;
            byLayer[watches[w].Layer].Add(new LayerAction(LayerActionKind.Project, Positions.All, upload.Unit(watches[w].Vector), null, 0, Watches[w].Post));
        }

        RowsFrom = Units;
        if (captureRows)
            for (var l = 0; l < layers; l++)
            {
                byLayer[l].Add(new LayerAction(LayerActionKind.Capture, Positions.All, null, null, 0, Units));
                Units += width;
            }
    }

    /// <summary>Floats of results per observed row.</summary>
    public int Units { get; }

    /// <summary>Where the captured rows begin among the units, block by block, width floats each.</summary>
    public int RowsFrom { get; }

    /// <summary>Width d.</summary>
    public int Width { get; }

    /// <summary>First position on which <see cref="Positions.Last"/> acts.</summary>
    public int LastFrom { get; }

    /// <summary>Whether any intervention acts on some positions only.</summary>
    public bool PositionDependent { get; }

    /// <summary>Units of each watch, in the request's order.</summary>
    public WatchSlots[] Watches { get; }

    /// <summary>Units of each capped layer: 1 where the token was lifted.</summary>
    public List<CapSlot> Caps { get; } = [];

    /// <summary>Whether nothing is wanted at all.</summary>
    public bool IsEmpty => Array.TrueForAll(byLayer, l => l.Count == 0);

    internal List<LayerAction> At(int layer) => byLayer[layer];
}

/// <summary>Units of a watch's two projections.</summary>
public record struct WatchSlots(int Pre, int Post);

/// <summary>The unit that says whether a cap lifted the token.</summary>
/// <param name="Layer">Capped block.</param>
/// <param name="Unit">Where it is written.</param>
public readonly record struct CapSlot(int Layer, int Unit);

internal enum LayerActionKind
{
    Project,
    Floor,
    Add,
    Ablate,
    Capture,
}

internal readonly record struct LayerAction(LayerActionKind Kind, Positions Positions, IVector? Vector, IVector? Addend, float Amount, int Unit);
