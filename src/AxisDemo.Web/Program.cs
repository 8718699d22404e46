using AxisDemo.Web.Components;
using AxisDemo.Web.Components.Chat;
using AxisDemo.Web.Hubs;
using AxisDemo.Web.Options;
using AxisDemo.Web.Serving;
using Microsoft.Extensions.Options;

var builder = WebApplication.CreateBuilder(args);
// In every environment: `dotnet run` serves scripts from obj/ and packages without being published first.
builder.WebHost.UseStaticWebAssets();

var limits = builder.Configuration.GetSection(LimitOptions.Section);
long Limit(string name, int fallback) => limits.GetValue(name, fallback);
builder.Services.AddOptions<EngineSettings>().BindConfiguration(EngineSettings.Section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<OpenModel>(EngineOpener.Open);
builder.Services.AddSingleton<ModelHost>();
builder.Services.AddSingleton<IModelSource>(services => services.GetRequiredService<ModelHost>());
builder.Services.AddHostedService(services => services.GetRequiredService<ModelHost>());
builder.Services.AddSingleton<SessionStore>();
builder.Services.AddSingleton<RequestReader>();
// A conversation of the largest size in ordinary characters.
builder.Services.AddSignalR(hub => hub.MaximumReceiveMessageSize = 32 * 1024 + Limit(nameof(LimitOptions.MessageCharacters), 8000) * Limit(nameof(LimitOptions.Messages), 64));
builder.Services.AddRazorComponents().AddInteractiveServerComponents()
    // A message of the largest length in the widest characters, and what Blazor adds to it.
    .AddHubOptions(hub => hub.MaximumReceiveMessageSize = 32 * 1024 + 4 * Limit(nameof(LimitOptions.MessageCharacters), 8000));

var app = builder.Build();
app.Use(SessionCookie.Ensure);
app.UseAntiforgery();
app.MapStaticAssets();
app.MapHub<GenerationHub>(GenerationHub.Path);
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();

try
{
    app.Run();
    return 0;
}
catch (Exception e) when (e is OptionsValidationException or IOException or InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" })
{
    // A malformed option, or an address that is taken: the message says which, the stack would only hide it.
    Console.Error.WriteLine($"AxisDemo does not start: {e.Message}");
    return 1;
}
