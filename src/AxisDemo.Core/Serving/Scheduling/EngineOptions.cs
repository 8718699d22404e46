namespace AxisDemo.Serving;

/// <summary>Limits of an engine.</summary>
public sealed record EngineOptions
{
    /// <summary>Bounds that hosts and the command line share.</summary>
    public const int MostRunning = 4096, LeastKvMegabytes = 16, MostMegabytes = 1 << 20;

    /// <summary>Requests computed at the same time; more wait. Default 32.</summary>
    public int MaxRunning { get; init; } = 32;

    /// <summary>Requests that may wait; more are refused. Default 64.</summary>
    public int MaxWaiting { get; init; } = 64;

    /// <summary>Most tokens one request may generate; a given beginning is not generated. Default 4096.</summary>
    public int MaxTokens { get; init; } = 4096;

    /// <summary>Bytes of keys and values, running and cached together. Default 2 GiB.</summary>
    public long KvBudgetBytes { get; init; } = 2L << 30;

    /// <summary>Positions in a page of keys and values. Default 32.</summary>
    public int PageTokens { get; init; } = 32;

    /// <summary>Longest a step should take while answers stream, milliseconds: long prompts are cut into steps of about this. Default 60.</summary>
    public double StepMilliseconds { get; init; } = 60;

    /// <summary>Most rows of one step. Default 512.</summary>
    public int MaxRows { get; init; } = 512;

    /// <summary>Most bytes that the captures of all running requests may take, with the rows of one step on their way there: a request that needs more by itself is refused, others wait. Default 512 MiB.</summary>
    public long MaxCaptureBytes { get; init; } = 512L << 20;

    /// <summary>Bytes of residual streams kept for patched runs (<see cref="GenerationRequest.KeepStream"/>), all together. Default 256 MiB.</summary>
    public long StreamBytes { get; init; } = 256L << 20;

    /// <summary>Refuses values that no engine can work with.</summary>
    /// <exception cref="Formats.InputException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        Check(nameof(MaxRunning), MaxRunning, 1, MostRunning);
        Check(nameof(MaxWaiting), MaxWaiting, 0, 1 << 20);
        Check(nameof(MaxTokens), MaxTokens, 1, 1 << 24);
        Check(nameof(PageTokens), PageTokens, 1, 4096);
        Check(nameof(MaxRows), MaxRows, 16, 1 << 16);
        Check(nameof(KvBudgetBytes), KvBudgetBytes, 1, long.MaxValue);
        Check(nameof(MaxCaptureBytes), MaxCaptureBytes, 0, long.MaxValue);
        Check(nameof(StreamBytes), StreamBytes, 0, long.MaxValue);
        if (!(StepMilliseconds > 0 && StepMilliseconds <= 60_000)) throw new Formats.InputException("options", nameof(StepMilliseconds), $"is {StepMilliseconds}; above 0, up to 60000 is possible.");
    }

    private static void Check(string name, long value, long least, long most)
    {
        if (value < least || value > most) throw new Formats.InputException("options", name, $"is {value}; {least} to {most} is possible.");
    }
}
