namespace AxisDemo.Tests.Web;

/// <summary>A started host that the tests of a class share.</summary>
public class SharedHost : IDisposable
{
    public SharedHost()
        : this([])
    {
    }

    internal SharedHost(params (string Key, string Value)[] settings)
    {
        Host = new TestHost(null, settings);
        Host.StartServer();
        Client = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = Host.Address };
    }

    internal TestHost Host { get; }

    internal HttpClient Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        Host.Dispose();
        GC.SuppressFinalize(this);
    }
}
