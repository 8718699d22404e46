using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Pages;
using AxisDemo.Web.Shell;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;

namespace AxisDemo.Tests.Web;

/// <summary>Components as their page has them, with the services of the host: a scripted generator stands in the model's place, and there is no browser.</summary>
public abstract class ComponentTests : BunitContext
{
    private ChatSession? session;

    /// <summary>Services may be added until the first component is drawn.</summary>
    protected ComponentTests()
    {
        // A busy machine is slow, and what is waited for comes.
        DefaultWaitTimeout = TimeSpan.FromMinutes(1);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Keep = JSInterop.SetupModule("./js/keep.js");
        Keep.Mode = JSRuntimeMode.Loose;
        Keep.Setup<List<KeepMenu.OwnLink>>("shares").SetResult([]);
        Services.AddSingleton<IModelLibrary>(Generator).AddSingleton<IModelSource>(services => services.GetRequiredService<IModelLibrary>());
        Services.AddSingleton(TimeProvider.System).AddSingleton<SessionStore>().AddScoped<Download>();
        // What a visitor may still ask for does not hang on how long a test takes.
        Services.AddSingleton(services => new RateLimits(services.GetRequiredService<IOptions<LimitOptions>>(), new ManualClock()));
        Services.AddSingleton<IHostEnvironment>(new HostingEnvironment { ContentRootPath = Path.GetTempPath() }).AddSingleton<IConversationStore, SqliteStore>();
        Services.AddOptions<LimitOptions>();
        Services.AddOptions<SharingOptions>();
    }

    /// <summary>In the model's place.</summary>
    private protected ScriptedGenerator Generator { get; } = new();

    /// <summary>The script of the menu that keeps conversations.</summary>
    protected BunitJSModuleInterop Keep { get; }

    /// <summary>The visitor's conversation, whether or not a page shows it.</summary>
    protected ChatSession Session => session ??= Services.GetRequiredService<SessionStore>().Attach(Visitor)!;

    /// <summary>The visitor's id.</summary>
    protected string Visitor { get; } = SessionStore.NewId();

    /// <summary>Whether the page is alive; false: it is drawn as it is before its script has come.</summary>
    protected bool Alive { get; init; } = true;

    /// <inheritdoc/>
    public override IRenderedComponent<TComponent> Render<TComponent>(Action<ComponentParameterCollectionBuilder<TComponent>>? parameterBuilder = null)
    {
        SetRendererInfo(Alive ? new RendererInfo("Server", isInteractive: true) : new RendererInfo("Static", isInteractive: false));
        return base.Render(parameterBuilder);
    }

    /// <summary>The visitor's page.</summary>
    protected IRenderedComponent<ChatPage> Page(Action<ComponentParameterCollectionBuilder<ChatPage>>? more = null) => Render<ChatPage>(page =>
    {
        page.Add(p => p.SessionId, Visitor);
        more?.Invoke(page);
    });
}
