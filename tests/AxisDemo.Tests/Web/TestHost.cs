using AxisDemo.Web.Hosting;
using AxisDemo.Web.Shell;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Tests.Web;

/// <summary>The host as it is composed, on a free port of this machine, with a scripted generator in the model's place and a clock that stands still.</summary>
internal sealed class TestHost : WebApplicationFactory<App>
{
    private readonly (string Key, string Value)[] settings;

    public TestHost(ScriptedGenerator? generator = null, params (string Key, string Value)[] settings)
    {
        this.settings = settings;
        Generator = generator ?? new ScriptedGenerator();
        UseKestrel(0);
    }

    public ScriptedGenerator Generator { get; }

    public ManualClock Clock { get; } = new();

    public Leavers Leavers { get; } = new();

    public Uri Address => new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal));

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseContentRoot(Repository.Root);
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (key, value) in settings) builder.UseSetting(key, value);
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<OpenModel>((_, _, _, _) => Generator);
            services.AddSingleton<IModelLibrary>(Generator);
            services.AddSingleton<TimeProvider>(Clock);
            services.AddSingleton<IStartupFilter>(Leavers);
            services.Configure<HubOptions>(hub => hub.AddFilter(Leavers));
        });
    }
}
