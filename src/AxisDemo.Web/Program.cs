using AxisDemo.Web.Api;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Shell;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

if (args is ["--probe", var url]) return await Health.ProbeAsync(url);

var builder = WebApplication.CreateBuilder(args);
// In every environment: `dotnet run` serves scripts from obj/ and packages without being published first.
builder.WebHost.UseStaticWebAssets();

builder.Services.AddHostOptions();
builder.Services.AddAccess();
builder.Services.AddApi();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<IConversationStore, SqliteStore>();
builder.Services.AddSingleton<OpenModel>(services =>
{
    var longest = services.GetRequiredService<IOptions<LimitOptions>>().Value.MaxTokens;
    return (path, settings, progress, cancellation) => EngineOpener.Open(path, settings, longest, progress, cancellation);
});
builder.Services.AddSingleton<HostPaths>();
builder.Services.AddSingleton<ModelLibrary>();
builder.Services.AddSingleton<IModelLibrary>(services => services.GetRequiredService<ModelLibrary>());
builder.Services.AddSingleton<IModelSource>(services => services.GetRequiredService<IModelLibrary>());
builder.Services.AddHostedService(services => services.GetRequiredService<ModelLibrary>());
builder.Services.AddSingleton<SessionStore>();
builder.Services.AddSingleton<RequestReader>();
builder.Services.AddScoped<Download>();
builder.Services.AddSignalR();
builder.Services.AddOptions<HubOptions>().Configure<IOptions<LimitOptions>>((hub, limits) => hub.MaximumReceiveMessageSize = limits.Value.RequestBytes());
builder.Services.AddRazorComponents().AddInteractiveServerComponents();

try
{
    var app = builder.Build();
    app.UseAccess();
    app.Use(SessionCookie.Ensure);
    app.UseAntiforgery();
    app.MapStaticAssets();
    app.MapHub<GenerationHub>(GenerationHub.Path).ForPrograms();
    app.MapApi();
    app.MapHealth();
    // Who may frame a page is said with the other headers.
    app.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null).AnswerHead();
    app.Run();
    return 0;
}
catch (Exception e) when (StartFault.Say(e) is { } fault)
{
    Console.Error.WriteLine(fault);
    return 1;
}
