using System.Globalization;

namespace AxisDemo.Web.Hosting;

/// <summary>The headers that tell a program how many answers it may still ask for.</summary>
public static class RateHeaders
{
    /// <summary>Answers a minute.</summary>
    public const string Limit = "X-RateLimit-Limit";

    /// <summary>Answers left now.</summary>
    public const string Remaining = "X-RateLimit-Remaining";

    /// <summary>Writes what an address has left, and when to come again where it was refused.</summary>
    public static void Write(HttpResponse response, RateLimits limits, string address, TimeSpan? retryAfter = null)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(limits);
        response.Headers[Limit] = limits.PerMinute.ToString(CultureInfo.InvariantCulture);
        response.Headers[Remaining] = limits.Remaining(address).ToString(CultureInfo.InvariantCulture);
        if (retryAfter is { } wait) response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }
}
