using System.Net;

namespace AxisDemo.Web.Hosting;

/// <summary>Who may change what is in memory.</summary>
public static class LoadPermission
{
    // What a proxy adds: the address is then its own, and says nothing of the visitor.
    private static readonly string[] Forwarded = ["X-Forwarded-For", "Forwarded"];

    /// <summary>Whether the options let this visitor load and unload models.</summary>
    public static bool MayLoad(this EngineSettings settings, HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(http);
        return settings.VisitorsMayLoad switch
        {
            "all" => true,
            "local" => http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && !Forwarded.Any(http.Request.Headers.ContainsKey),
            _ => false,
        };
    }
}
