using System.Net;
using System.Net.Sockets;

namespace AxisDemo.Web.Hosting;

/// <summary>What a visitor is counted under.</summary>
public static class ClientAddress
{
    /// <summary>
    /// The address a request came from, behind trusted proxies the one they name. An IPv6 address is counted by its /64, since one
    /// household has all of it.
    /// </summary>
    public static string Of(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return Of(http.Connection.RemoteIpAddress);
    }

    /// <summary>What an address is counted under; "local" without one (a Unix socket).</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null) return "local";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"{new IPAddress([.. address.GetAddressBytes()[..8], 0, 0, 0, 0, 0, 0, 0, 0])}/64" : address.ToString();
    }
}
