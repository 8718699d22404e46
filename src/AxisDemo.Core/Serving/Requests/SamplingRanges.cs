using System.Globalization;
using System.Numerics;
using AxisDemo.Formats;

namespace AxisDemo.Serving;

/// <summary>The numbers that a field may hold.</summary>
/// <param name="Least">The smallest.</param>
/// <param name="Most">The largest.</param>
/// <param name="AboveLeast">Whether <paramref name="Least"/> itself is too small.</param>
public readonly record struct NumberRange(double Least, double Most, bool AboveLeast = false)
{
    /// <summary>Whether a number lies in it; NaN does not.</summary>
    public bool Contains(double value) => (AboveLeast ? value > Least : value >= Least) && value <= Most;

    /// <summary>"0 to 100", "above 0, up to 1".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(AboveLeast ? "above " : "")}{Least}{(AboveLeast ? ", up to " : " to ")}{Most}");
}

/// <summary>What the fields of <see cref="Sampling"/> may hold: checked for every request, and said in the description of the API.</summary>
public static class SamplingRanges
{
    /// <summary>Of <see cref="Sampling.Temperature"/>; 0 is greedy.</summary>
    public static NumberRange Temperature { get; } = new(0, 100);

    /// <summary>Of <see cref="Sampling.TopP"/>; 1 keeps all.</summary>
    public static NumberRange TopP { get; } = new(0, 1, AboveLeast: true);

    /// <summary>Of <see cref="Sampling.TopK"/>; 0 keeps all.</summary>
    public static NumberRange TopK { get; } = new(0, int.MaxValue);

    /// <summary>Of <see cref="Sampling.RepetitionPenalty"/>; 1 is off. As far down as up: a smaller one would take logits out of float32's range.</summary>
    public static NumberRange RepetitionPenalty { get; } = new(0.1, 10);

    /// <summary>Refuses what lies outside.</summary>
    /// <param name="sampling">What a request asks for.</param>
    /// <param name="place">What stands before the fields' names where they are parts of another.</param>
    /// <exception cref="InputException">A field lies outside its range; the message names it.</exception>
    public static void Check(Sampling sampling, string place = "")
    {
        ArgumentNullException.ThrowIfNull(sampling);
        Within(Temperature, sampling.Temperature, "temperature");
        Within(TopP, sampling.TopP, "topP");
        Within(TopK, sampling.TopK, "topK");
        Within(RepetitionPenalty, sampling.RepetitionPenalty, "repetitionPenalty");

        void Within<T>(NumberRange range, T value, string field)
            where T : INumber<T>
        {
            if (!range.Contains(double.CreateChecked(value))) throw new InputException("request", place + field, $"is {value}; {range} is possible.");
        }
    }
}
