using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using AxisDemo.Web.Components.Chat;
using AxisDemo.Web.Keeping;
using AxisDemo.Web.Options;
using AxisDemo.Web.Serving;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.JSInterop;

namespace AxisDemo.Tests.Web;

/// <summary>Renders a component to markup, as the first paint of a page does.</summary>
internal static class Markup
{
    public static async Task<IHtmlDocument> Render<TComponent>(IModelSource source, Dictionary<string, object?> parameters, Action<SessionStore>? prepare = null)
        where TComponent : IComponent
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(source).AddSingleton((IModelLibrary)source).AddSingleton(TimeProvider.System).AddSingleton<SessionStore>().AddScoped<AxisDemo.Web.Components.Shared.Download>().AddSingleton<AxisDemo.Web.Access.RateLimits>();
        services.AddOptions<LimitOptions>();
        services.AddOptions<SharingOptions>();
        services.AddSingleton<IJSRuntime, NoScript>().AddSingleton<IConversationStore, NoStore>().AddSingleton<NavigationManager, NoWay>();
        await using var provider = services.BuildServiceProvider();
        prepare?.Invoke(provider.GetRequiredService<SessionStore>());
        await using var renderer = new HtmlRenderer(provider, provider.GetRequiredService<ILoggerFactory>());
        var html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(parameters))).ToHtmlString());
        return new HtmlParser().ParseDocument(html);
    }

    private sealed class NoWay : NavigationManager
    {
        public NoWay() => Initialize("http://localhost/", "http://localhost/");
    }

    // A page that is drawn shares nothing.
    private sealed class NoStore : IConversationStore
    {
        public Share Add(ReadOnlyMemory<byte> json) => throw new NotSupportedException();

        public SharedConversation? Find(string id) => null;

        public bool Delete(string id, string key) => false;

        public bool Report(string id, string reader, string reason) => false;
    }

    // The first paint happens before there is a browser to run scripts in.
    private sealed class NoScript : IJSRuntime
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => throw new InvalidOperationException("No script can run before the page is there.");

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);
    }
}
