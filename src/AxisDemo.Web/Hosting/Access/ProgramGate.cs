using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Hosting;

/// <summary>Marks the endpoints that are for programs: the hub and REST.</summary>
public sealed class ForPrograms;

/// <summary>
/// Guards the endpoints for programs: asks for the API key where one is set, and turns away browsers' pages of other origins that the
/// options do not list. CORS alone would not: a WebSocket does not ask.
/// </summary>
public sealed class ProgramGate(IOptions<AccessOptions> options)
{
    private readonly byte[]? key = options.Value.ApiKey is { Length: > 0 } text ? Hash(text) : null;
    private readonly HashSet<string> origins = new(options.Value.AllowedOrigins, StringComparer.OrdinalIgnoreCase);

    /// <summary>Lets a request through or answers it.</summary>
    public Task Pass(HttpContext http, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(next);
        if (http.GetEndpoint()?.Metadata.GetMetadata<ForPrograms>() is null) return next(http);
        if (http.Request.Headers.Origin is [{ } origin] && !IsOwn(origin, http.Request) && !origins.Contains(origin))
            return Refuse(http, StatusCodes.Status403Forbidden, $"Pages of {(origin.Length > 120 ? origin[..120] + "…" : origin)} may not use this host. Its operator can list the origin in Access:AllowedOrigins.");
        if (key is not null && !(Given(http.Request) is { } given && CryptographicOperations.FixedTimeEquals(Hash(given), key)))
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Refuse(http, StatusCodes.Status401Unauthorized, "The API key is missing or wrong. Send it as X-Api-Key, or as Authorization: Bearer.");
        }

        return next(http);
    }

    // The scheme is not compared: a proxy that ends TLS makes it http.
    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);

    private static string? Given(HttpRequest request)
    {
        const string Bearer = "Bearer ";
        if (request.Headers["X-Api-Key"] is [{ Length: > 0 } header]) return header;
        if (request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return authorization[Bearer.Length..].Trim();
        // Browsers cannot give a WebSocket headers; the SignalR client puts its token here instead.
        return request.HttpContext.WebSockets.IsWebSocketRequest && request.Query["access_token"] is [{ Length: > 0 } token] ? token : null;
    }

    private static Task Refuse(HttpContext http, int status, string detail) => TypedResults.Problem(detail, statusCode: status).ExecuteAsync(http);

    // Hashes are of one length: comparing them tells nothing of the key's.
    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
