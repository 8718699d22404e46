using AxisDemo.Formats;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Pages;

/// <summary>Opens a shared conversation in a page's session once the model is known, so that its floor can be drawn.</summary>
public sealed partial class SharedNotice
{
    private SharedConversation? shared;
    private string? problem;
    private bool reported;
    private bool opened;

    /// <summary>The conversation's id.</summary>
    [Parameter, EditorRequired] public string Id { get; set; } = "";

    /// <summary>The page's session; null while there is none.</summary>
    [Parameter] public ChatSession? Session { get; set; }

    /// <summary>The reader's address.</summary>
    [Parameter] public string Address { get; set; } = "";

    /// <summary>Where the model stands.</summary>
    [Parameter, EditorRequired] public ModelState State { get; set; } = null!;

    // While the page is drawn for the first time: the answer's status is still to be said.
    [CascadingParameter] private HttpContext? Http { get; set; }
    [Inject] private IConversationStore Store { get; set; } = null!;
    [Inject] private IOptions<SharingOptions> Sharing { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        try
        {
            shared = Store.Find(Id);
            if (shared is not null) return;
            // Set at once, the status would have the renderer leave the page out.
            Http?.Response.OnStarting(() =>
            {
                Http.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
            problem = "There is no such conversation: its maker has deleted it, it has expired, or the link is incomplete."
                + (Session is { Turns.Count: > 0 } ? " What you see below this host has kept for you alone." : "");
        }
        catch (InputException e)
        {
            problem = e.Message;
        }
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        // A reload finds the visitor's own copy, with what was added to it.
        if (opened || shared is null || Session is not { Turns.Count: 0 } session || !RendererInfo.IsInteractive || State is { Loaded: null, Problem: null }) return;
        opened = true;
        try
        {
            session.Open(ConversationJson.Read(shared.Json));
        }
        catch (InputException e)
        {
            problem = e.Message;
        }
    }

    private void Report()
    {
        try
        {
            Store.Report(Id, Address, "");
            reported = true;
        }
        catch (InputException e)
        {
            problem = e.Message;
        }
    }
}
