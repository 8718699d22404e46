using System.Net;
using System.Text.Json;
using AxisDemo.Web.Api;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Tests.Web;

/// <summary>Asks the generation hub as a program would.</summary>
internal static class HubClient
{
    public static async Task<HubConnection> Connect(Uri address)
    {
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<IConnectionFactory, WebSocketConnectionFactory>();
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(new Uri(address, GenerationHub.Path)));
        builder.AddJsonProtocol();
        var connection = builder.Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Every event of a request.</summary>
    public static async Task<List<JsonElement>> Generate(this HubConnection connection, object? request, CancellationToken stop = default)
    {
        var events = new List<JsonElement>();
        await foreach (var happened in connection.StreamAsync<JsonElement>(nameof(GenerationHub.Generate), request, stop)) events.Add(happened);
        return events;
    }
}
