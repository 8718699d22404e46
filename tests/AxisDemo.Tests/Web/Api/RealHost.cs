using AxisDemo.Web.Hosting;
using AxisDemo.Web.Shell;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Tests.Web.Api;

/// <summary>The host as it is composed, with the embedded model, on a free port of this machine.</summary>
internal sealed class RealHost : WebApplicationFactory<App>
{
    private readonly (string Key, string Value)[] settings;

    private RealHost((string, string)[] settings)
    {
        this.settings = settings;
        UseKestrel(0);
    }

    public Uri Address => new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal));

    public static async Task<RealHost> Start(params (string, string)[] settings)
    {
        var host = new RealHost(settings);
        host.StartServer();
        var source = host.Services.GetRequiredService<IModelSource>();
        var there = new TaskCompletionSource();
        void Look()
        {
            if (source.State is { Loaded: not null } or { Problem: not null }) there.TrySetResult();
        }

        source.Changed += Look;
        Look();
        await there.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        Assert.Null(source.State.Problem);
        return host;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseContentRoot(Repository.Root);
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (key, value) in settings) builder.UseSetting(key, value);
    }
}
