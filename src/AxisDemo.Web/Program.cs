using AxisDemo.Web.Api;
using AxisDemo.Web.Components;
using AxisDemo.Web.Components.Chat;
using AxisDemo.Web.Hubs;
using AxisDemo.Web.Keeping;
using AxisDemo.Web.Options;
using AxisDemo.Web.Serving;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

var builder = WebApplication.CreateBuilder(args);
// In every environment: `dotnet run` serves scripts from obj/ and packages without being published first.
builder.WebHost.UseStaticWebAssets();

builder.Services.AddOptions<EngineSettings>().BindConfiguration(EngineSettings.Section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<SharingOptions>().BindConfiguration(SharingOptions.Section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<IConversationStore, SqliteStore>();
builder.Services.AddSingleton<OpenModel>(EngineOpener.Open);
builder.Services.AddSingleton<ModelHost>();
builder.Services.AddSingleton<IModelSource>(services => services.GetRequiredService<ModelHost>());
builder.Services.AddHostedService(services => services.GetRequiredService<ModelHost>());
builder.Services.AddSingleton<SessionStore>();
builder.Services.AddSingleton<RequestReader>();
builder.Services.AddSignalR();
// A conversation of the largest size in ordinary characters, or one message in the widest, and what hub and page add to it.
builder.Services.AddOptions<HubOptions>().Configure<IOptions<LimitOptions>>((hub, limits) =>
    hub.MaximumReceiveMessageSize = 32 * 1024 + (long)limits.Value.MessageCharacters * Math.Max(4, limits.Value.Messages));
builder.Services.AddRazorComponents().AddInteractiveServerComponents();

var app = builder.Build();
app.Use(SessionCookie.Ensure);
app.UseAntiforgery();

try
{
    app.MapStaticAssets();
    app.MapHub<GenerationHub>(GenerationHub.Path);
    app.MapConversations();
    app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    app.Run();
    return 0;
}
catch (Exception e) when (e is OptionsValidationException or IOException or InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" })
{
    // A malformed option, or an address that is taken: the message says which, the stack would only hide it.
    Console.Error.WriteLine($"AxisDemo does not start: {e.Message}");
    return 1;
}
