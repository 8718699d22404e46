using AxisDemo.Formats;
using AxisDemo.Web.Components;
using AxisDemo.Web.Components.Chat;
using AxisDemo.Web.Options;
using AxisDemo.Web.Serving;
using Microsoft.Extensions.Options;

var builder = WebApplication.CreateBuilder(args);
// In every environment: `dotnet run` serves scripts from obj/ and packages without being published first.
builder.WebHost.UseStaticWebAssets();

var limits = builder.Configuration.GetSection(LimitOptions.Section);
builder.Services.AddOptions<EngineSettings>().BindConfiguration(EngineSettings.Section, o => o.ErrorOnUnknownConfiguration = true).ValidateOnStart();
builder.Services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section, o => o.ErrorOnUnknownConfiguration = true).ValidateOnStart();
builder.Services.AddSingleton<IValidateOptions<EngineSettings>, EngineSettingsValidator>();
builder.Services.AddSingleton<IValidateOptions<LimitOptions>, LimitOptionsValidator>();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<OpenModel>((path, options, doing) => throw new InputException(path, "", "this build holds no engine yet."));
builder.Services.AddSingleton<ModelHost>();
builder.Services.AddSingleton<IModelSource>(services => services.GetRequiredService<ModelHost>());
builder.Services.AddHostedService(services => services.GetRequiredService<ModelHost>());
builder.Services.AddSingleton<IPrompts, NoPrompts>();
builder.Services.AddSingleton<SessionStore>();
builder.Services.AddRazorComponents().AddInteractiveServerComponents()
    // A message of the largest length in the widest characters, and what Blazor adds to it.
    .AddHubOptions(hub => hub.MaximumReceiveMessageSize = 32 * 1024 + 4L * limits.GetValue(nameof(LimitOptions.MessageCharacters), new LimitOptions().MessageCharacters));

var app = builder.Build();
app.Use(SessionCookie.Ensure);
app.UseAntiforgery();
app.MapStaticAssets();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
app.Run();
