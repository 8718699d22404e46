using System.Net;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Hosting;

/// <summary>Puts what guards the host into its place.</summary>
public static class AccessSetup
{
    private const string Cors = "programs";

    /// <summary>Registers the guards.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<RateLimits>();
        services.AddSingleton<ProgramGate>();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<AccessOptions>>((cors, access) => cors.AddPolicy(Cors, policy => policy
            .WithOrigins([.. access.Value.AllowedOrigins]).AllowAnyHeader().WithMethods("GET", "POST", "DELETE")
            .WithExposedHeaders(RateHeaders.Limit, RateHeaders.Remaining, "Retry-After")));
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitOptions>>((kestrel, limits) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.Value.RequestBytes();
        });
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<AccessOptions>>((forwarded, access) =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            // All that are trusted may stand in a row.
            forwarded.ForwardLimit = null;
            foreach (var proxy in access.Value.TrustedProxies)
                if (IPAddress.TryParse(proxy, out var address)) forwarded.KnownProxies.Add(address);
                else forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
        });
        return services;
    }

    /// <summary>Puts the guards before everything that answers.</summary>
    public static void UseAccess(this WebApplication app)
    {
        // With no proxy listed the framework would believe every sender.
        if (app.Services.GetRequiredService<IOptions<AccessOptions>>().Value.TrustedProxies.Count > 0) app.UseForwardedHeaders();
        app.Use(SecurityHeaders.Add);
        app.UseCors();
        // The gate asks whether a request opens a WebSocket.
        app.UseWebSockets();
        app.Use(app.Services.GetRequiredService<ProgramGate>().Pass);
    }

    /// <summary>Marks endpoints as those for programs: key, origins and CORS apply to them.</summary>
    public static TBuilder ForPrograms<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.RequireCors(Cors).WithMetadata(new ForPrograms());

    /// <summary>Lets pages answer HEAD as they answer GET; the server leaves the body out.</summary>
    public static void AnswerHead(this IEndpointConventionBuilder pages) => pages.Add(endpoint =>
    {
        if (endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is { } methods && methods.HttpMethods.Contains(HttpMethods.Get))
            endpoint.Metadata.Add(new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head]));
    });
}
