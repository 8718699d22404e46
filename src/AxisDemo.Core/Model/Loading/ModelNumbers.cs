using AxisDemo.Formats;

namespace AxisDemo.Model.Loading;

/// <summary>The numbers that every format states in its own spelling.</summary>
internal enum Number
{
    Layers,
    Width,
    Heads,
    KvHeads,
    HeadDim,
    MlpWidth,
    Context,
    NormEpsilon,
}

/// <summary>The size of a decoder, checked.</summary>
internal readonly record struct Dimensions(int Layers, int Width, int Heads, int KvHeads, int HeadDim, int MlpWidth, int Context, float NormEpsilon);

/// <summary>Reads a decoder's size out of a file's keys and checks it, whatever the keys are called: an error names the file's own key.</summary>
internal abstract class ModelNumbers(string path)
{
    private const int Largest = 1 << 24;
    private const int LargestHead = 1 << 14;

    /// <summary>A wrong value of a key.</summary>
    public InputException Fault(string key, string fault) => new(path, key, fault, "Convert or download the model again, or use another one.");

    public Dimensions Dimensions()
    {
        var layers = Need(Number.Layers, 4096);
        var width = Need(Number.Width);
        var heads = Need(Number.Heads);
        var kvHeads = Or(Number.KvHeads, heads);
        if (kvHeads == 0 || heads % kvHeads != 0) throw Fault(Number.KvHeads, $"is {kvHeads}, which does not divide the {heads} query heads.");
        if (Whole(Number.HeadDim) is null && width % heads != 0) throw Fault(Number.Heads, $"is {heads}, which does not divide the width {width}.");
        var headDim = Or(Number.HeadDim, width / heads);
        if (headDim < 2 || headDim % 2 != 0 || headDim > LargestHead || (long)heads * headDim > Largest)
            throw Fault(Number.HeadDim, $"is {headDim}; an even number from 2 to {LargestHead} is needed, and {heads} heads of it must not be more than {Largest}.");
        var epsilon = Real(Number.NormEpsilon) ?? throw Missing(Number.NormEpsilon);
        // 0 divides by 0 where a row is 0, and no model in use has more than 1e-5.
        if (!(epsilon > 0 && epsilon <= 1)) throw Fault(Number.NormEpsilon, $"is {epsilon}; a small number above 0 is needed.");
        return new Dimensions(layers, width, heads, kvHeads, headDim, Need(Number.MlpWidth), Need(Number.Context), epsilon);
    }

    /// <summary>A soft cap c, checked: 0 is none; of c tanh(x / c), 1 / c has to be a number and x / c must not vanish where x does not.</summary>
    protected float CheckedCap(string key, float cap) => cap is 0 or (>= 1e-30f and <= 1e30f) ? cap : throw Fault(key, $"is {cap}; 0 (none) or 1e-30 to 1e30 is needed.");

    /// <summary>The file's key.</summary>
    protected abstract string Spell(Number number);

    /// <summary>A whole number; null when the file does not say. Another type is refused.</summary>
    protected abstract long? Whole(Number number);

    /// <summary>A number with a fraction; null when the file does not say. Another type is refused.</summary>
    protected abstract float? Real(Number number);

    private InputException Fault(Number number, string fault) => Fault(Spell(number), fault);

    private InputException Missing(Number number) => Fault(number, "is missing.");

    private int Need(Number number, int most = Largest)
    {
        var value = Whole(number) ?? throw Missing(number);
        return value >= 1 && value <= most ? (int)value : throw Fault(number, $"is {value}; 1 to {most} is possible.");
    }

    private int Or(Number number, int otherwise)
    {
        var value = Whole(number) ?? otherwise;
        return value is >= 0 and <= Largest ? (int)value : throw Fault(number, $"is {value}; 0 to {Largest} is possible.");
    }
}
