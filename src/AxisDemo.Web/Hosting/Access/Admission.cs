namespace AxisDemo.Web.Hosting;

/// <summary>The places of running answers, or why there are none.</summary>
public sealed class Admission : IDisposable
{
    private Action? leave;

    /// <summary>Places were taken; <paramref name="leave"/> gives them back.</summary>
    public Admission(Action leave) => this.leave = leave;

    /// <summary>There is no place.</summary>
    /// <param name="refusal">What is wrong and what to do.</param>
    /// <param name="retryAfter">When there may be one.</param>
    public Admission(string refusal, TimeSpan retryAfter) => (Refusal, RetryAfter) = (refusal, retryAfter);

    /// <summary>What is wrong and what to do; null when the answers may run.</summary>
    public string? Refusal { get; }

    /// <summary>How long to wait before asking again.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>Gives the places back, once.</summary>
    public void Dispose() => Interlocked.Exchange(ref leave, null)?.Invoke();
}
