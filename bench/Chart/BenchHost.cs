using AxisDemo.Web.Hosting;
using AxisDemo.Web.Shell;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Bench;

/// <summary>The host as it is composed, on a free port, with the metronome in the engine's place.</summary>
internal sealed class BenchHost : WebApplicationFactory<App>
{
    private readonly string root;

    public BenchHost(string root, MetronomeGenerator generator)
    {
        (this.root, Generator) = (root, generator);
        UseKestrel(0);
        StartServer();
    }

    public MetronomeGenerator Generator { get; }

    public string Address => Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseContentRoot(root);
        builder.UseSetting("Limits:MaxTokens", "32768");
        // The turns before are played at once.
        builder.UseSetting("Limits:AnswersPerMinute", "1000000");
        builder.UseSetting("Limits:AnswersAtOnce", "1000");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        builder.ConfigureTestServices(services => services.AddSingleton<OpenModel>((_, _, _, _) => Generator));
    }
}
