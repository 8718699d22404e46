namespace AxisDemo.Bench;

/// <summary>What all visitors together have seen. Any thread.</summary>
internal sealed class Figures
{
    private readonly Lock gate = new();
    private readonly List<double> plainFirst = [];
    private readonly List<double> cappedFirst = [];
    private readonly List<double> gaps = [];
    private readonly List<double> stops = [];
    private readonly SortedDictionary<string, int> faults = new(StringComparer.Ordinal);

    public int Turns { get; private set; }
    public int Finished { get; private set; }
    public int Failed { get; private set; }
    public int Dropped { get; private set; }
    public long Tokens { get; private set; }
    public int Events { get; private set; }
    public long EventBytes { get; private set; }

    /// <summary>Times, ms, ascending: first token of plain and of capped requests, from one token of an answer to the next, from a stop to the end of its stream.</summary>
    public (double[] PlainFirst, double[] CappedFirst, double[] Gaps, double[] Stops) Times
    {
        get
        {
            lock (gate) return ([.. plainFirst.Order()], [.. cappedFirst.Order()], [.. gaps.Order()], [.. stops.Order()]);
        }
    }

    /// <summary>What went wrong, and how often.</summary>
    public IReadOnlyDictionary<string, int> Faults
    {
        get
        {
            lock (gate) return new Dictionary<string, int>(faults);
        }
    }

    /// <summary>The value that a share of the values does not exceed; NaN of none.</summary>
    public static double Percentile(double[] ascending, double share) =>
        ascending.Length == 0 ? double.NaN : ascending[Math.Min(ascending.Length - 1, Math.Max(0, (int)Math.Ceiling(share * ascending.Length) - 1))];

    public void Turn()
    {
        lock (gate) Turns++;
    }

    public void Token(bool capped, int index, TimeSpan since)
    {
        lock (gate)
        {
            Tokens++;
            (index > 0 ? gaps : capped ? cappedFirst : plainFirst).Add(since.TotalMilliseconds);
        }
    }

    public void Event(long bytes)
    {
        lock (gate)
        {
            Events++;
            EventBytes += bytes;
        }
    }

    public void Stopped(TimeSpan took)
    {
        lock (gate) stops.Add(took.TotalMilliseconds);
    }

    public void Complete()
    {
        lock (gate) Finished++;
    }

    public void Fail(string why)
    {
        lock (gate)
        {
            Failed++;
            faults[why] = faults.GetValueOrDefault(why) + 1;
        }
    }

    public void Drop(string why)
    {
        lock (gate)
        {
            Dropped++;
            faults[why] = faults.GetValueOrDefault(why) + 1;
        }
    }
}
