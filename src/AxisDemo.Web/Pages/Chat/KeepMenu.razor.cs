using AxisDemo.Formats;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Shell;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;

namespace AxisDemo.Web.Pages;

/// <summary>Shares, saves and opens the conversation of a page.</summary>
public sealed partial class KeepMenu : IAsyncDisposable
{
    private const int TitleCharacters = 60;
    private ElementReference url;
    private IJSObjectReference? script;
    private Share? made;
    private IReadOnlyList<ChatTurn>? shared;
    private bool copied;
    private string? problem;
    private (string Words, IReadOnlyList<ChatTurn> Of)? done;
    private List<OwnLink> mine = [];

    /// <summary>The conversation; null while there is none.</summary>
    [Parameter] public ChatSession? Session { get; set; }

    /// <summary>Lets the columns read the conversation.</summary>
    [Parameter] public EventCallback OnReplay { get; set; }

    [Inject] private IJSRuntime Js { get; set; } = null!;
    [Inject] private IConversationStore Store { get; set; } = null!;
    [Inject] private IOptions<SharingOptions> Sharing { get; set; } = null!;
    [Inject] private Download Download { get; set; } = null!;
    [Inject] private NavigationManager Navigation { get; set; } = null!;
    [Inject] private TimeProvider Clock { get; set; } = null!;

    private int Columns => Session?.Settings.Columns.Count ?? 2;
    private string Readers => Columns switch { 1 => "The column reads", 2 => "Both columns read", _ => "All columns read" };
    // The turns' own first column, whose texts are given.
    private Column First => Session?.Turns is [var turn, ..] ? turn.Columns[0].Column : Column.A;

    private bool Empty => Session is null || Session.Turns.Count == 0;
    // A link to what is no longer the conversation on the page is not shown as its link.
    private Share? Made => ReferenceEquals(shared, Session?.Turns) ? made : null;
    // What was done is told until the conversation has gone on.
    private string? Done => ReferenceEquals(done?.Of, Session?.Turns) ? done?.Words : null;
    private bool Running => Session?.Running == true;

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        await Scripts.InPageAsync(async () =>
        {
            script = await Js.InvokeAsync<IJSObjectReference>("import", "./js/keep.js");
            mine = await script.InvokeAsync<List<OwnLink>>("shares");
            if (mine.Count > 0) StateHasChanged();
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => script.ReleaseAsync();

    private string Url(string id) => Navigation.ToAbsoluteUri($"c/{id}").ToString();

    private Task ShareAsync() => Try(async () =>
    {
        copied = false;
        // A link is counted as an answer is: nobody fills the store for all.
        using var place = Session!.Admit(1);
        if (place.Refusal is { } refusal) throw new InputException("sharing", "", refusal);
        var file = Session.File(Clock.GetUtcNow());
        made = Store.Add(ConversationJson.Write(file));
        var title = file.Turns[0].User;
        var link = new OwnLink(made.Id, made.Key, title.Length > TitleCharacters ? title[..TitleCharacters] + "…" : title);
        shared = Session.Turns;
        mine.Insert(0, link);
        if (script is not null) await script.InvokeVoidAsync("remember", link);
    });

    private Task DeleteAsync(OwnLink link) => Try(async () =>
    {
        // One that has expired is gone already: either way it leaves the list.
        Store.Delete(link.Id, link.Key);
        mine.Remove(link);
        if (made?.Id == link.Id) made = null;
        if (script is not null) await script.InvokeVoidAsync("forget", link.Id);
        done = ("The link is deleted: nobody can open it any more.", Session!.Turns);
    });

    private Task CopyAsync() => Try(async () => copied = script is not null && await script.InvokeAsync<bool>("copy", url));

    private Task SaveJsonAsync() => Try(() => Download.SaveAsync("json", "application/json", ConversationJson.Write(Session!.File(Clock.GetUtcNow()))));

    private Task SaveCsvAsync() => Try(() => Download.SaveAsync("csv", ConversationCsv.MediaType, ConversationCsv.Write(Session!.File(Clock.GetUtcNow()))));

    private Task OpenAsync(InputFileChangeEventArgs chosen) => Try(async () =>
    {
        var most = Sharing.Value.MaxBytes;
        if (chosen.File.Size > most) throw ConversationJson.Fault("", $"the file has {chosen.File.Size:N0} bytes; {most:N0} can be opened.", "Choose a smaller one, or raise Sharing:MaxBytes.");
        using var bytes = new MemoryStream();
        using var file = chosen.File.OpenReadStream(most);
        await file.CopyToAsync(bytes);
        if (!Session!.Open(ConversationJson.Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)))) throw ConversationJson.Fault("", "an answer is under way.", "Stop it first.");
        var turns = Session.Turns.Count;
        done = ($"{chosen.File.Name} is open: {turns} {(turns == 1 ? "turn" : "turns")}.", Session.Turns);
    });

    private async Task Try(Func<Task> work)
    {
        (problem, done) = (null, null);
        if (Session is null) return;
        try
        {
            await work();
        }
        catch (InputException e)
        {
            problem = e.Message;
        }
        catch (IOException e)
        {
            // The browser stopped sending the file.
            problem = $"The file could not be read: {e.Message}";
        }
        catch (JSDisconnectedException)
        {
            // The page is gone: nobody is left to tell.
            problem = null;
        }
        catch (Exception e) when (e is JSException or OperationCanceledException)
        {
            problem = "This browser could not be reached for a moment. Try again.";
        }
    }

    /// <summary>A link that was made in this browser.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Key">Deletes it.</param>
    /// <param name="Title">The beginning of its first message.</param>
    public sealed record OwnLink(string Id, string Key, string? Title = null);
}
