namespace AxisDemo.Serving;

/// <summary>Limits of an engine.</summary>
public sealed record EngineOptions
{
    /// <summary>Requests computed at the same time; more wait. Default 32.</summary>
    public int MaxRunning { get; init; } = 32;

    /// <summary>Requests that may wait; more are refused. Default 64.</summary>
    public int MaxWaiting { get; init; } = 64;

    /// <summary>Most tokens one request may generate. Default 4096.</summary>
    public int MaxTokens { get; init; } = 4096;

    /// <summary>Bytes of keys and values, running and cached together. Default 2 GiB.</summary>
    public long KvBudgetBytes { get; init; } = 2L << 30;

    /// <summary>Positions in a page of keys and values. Default 32.</summary>
    public int PageTokens { get; init; } = 32;

    /// <summary>Longest a step should take while answers stream, milliseconds: long prompts are cut into steps of about this. Default 60.</summary>
    public double StepMilliseconds { get; init; } = 60;

    /// <summary>Most rows of one step. Default 512.</summary>
    public int MaxRows { get; init; } = 512;
}
