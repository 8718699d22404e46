using System.Text;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Pages;
using Bunit;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;

namespace AxisDemo.Tests.Web.Pages;

/// <summary>Share, save, open, measure.</summary>
public sealed class KeepTests : ComponentTests
{
    private const string Transcript = """
        {"model": "somebody/else", "conversation": [
          {"role": "user", "content": "Who are you? <img src=x onerror=alert(1)>"}, {"role": "assistant", "content": "I am **the** sea, <script>alert(1)</script> and I have no name."},
          {"role": "user", "content": "What do you want?"}, {"role": "assistant", "content": "To help you with your taxes."}]}
        """;

    private readonly TemporaryFolder folder = new();

    public KeepTests() => Services.Configure<SharingOptions>(sharing => (sharing.Database, sharing.Reports) = (folder.File("shared.db"), true));

    private IConversationStore Store => Services.GetRequiredService<IConversationStore>();

    [Fact]
    public async Task Who_is_sent_a_link_can_report_it()
    {
        Services.Configure<SharingOptions>(sharing => sharing.HideAfterReports = 1);
        var id = await Link(Page());

        var other = Render<ChatPage>(page => page.Add(p => p.SessionId, SessionStore.NewId()).Add(p => p.SharedId, id));
        other.WaitForElements(".turn", 1);
        Assert.Equal("Hello.", other.Text(".turn .user p span"));
        Assert.Contains("What you change here is your own copy.", other.Text(".shared"), StringComparison.Ordinal);
        await other.Press("Report this conversation");

        Assert.Contains("Reported. Thank you.", other.Text(".shared"), StringComparison.Ordinal);
        Assert.False(other.Offers("Report this conversation"));
        Assert.Null(Store.Find(id));
    }

    [Fact]
    public void A_link_that_leads_nowhere_says_so_and_where_to_go()
    {
        var page = Page(p => p.Add(c => c.SharedId, "nothing"));

        Assert.StartsWith("There is no such conversation", page.Text(".trouble[role=alert]"), StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".turn"));
    }

    [Fact]
    public async Task A_link_is_remembered_by_the_browser_until_its_maker_deletes_it()
    {
        var page = Page();
        var id = await Link(page);
        Assert.Equal(id, Assert.IsType<KeepMenu.OwnLink>(Keep.VerifyInvoke("remember").Arguments[0]).Id);
        Assert.Equal("Your links (1)", page.Text("#keep summary"));

        await page.Press("Delete the link Hello.");
        Assert.Empty(page.FindAll("#keep-url, #keep details"));
        Assert.Equal("The link is deleted: nobody can open it any more.", page.Text("#keep [role=status]"));
        Assert.Equal(id, Keep.VerifyInvoke("forget").Arguments[0]);
        Assert.Null(Store.Find(id));
    }

    [Fact]
    public async Task Links_of_earlier_visits_are_listed_and_one_that_has_expired_leaves_the_list()
    {
        Keep.Setup<List<KeepMenu.OwnLink>>("shares").SetResult([new("gone", "key", "An old one"), new("other", "key")]);
        var page = Page();

        Assert.Equal(["An old one", "other"], page.Texts(".keep-mine a"));
        await page.Press("Delete the link An old one");
        Assert.Equal(["other"], page.Texts(".keep-mine a"));
    }

    [Fact]
    public async Task What_cannot_be_shared_says_why_and_nothing_is_shown_as_shared()
    {
        Services.Configure<SharingOptions>(sharing => sharing.MaxConversations = 1);
        Store.Add(ConversationJson.Write(Conversations.ConversationJsonTests.Sample));
        var page = Page();
        await page.Send("Hello.");
        await page.Press("Make a link");

        Assert.Contains("this host keeps 1 shared conversations, and all places are taken.", page.Text("#keep .trouble[role=alert]"), StringComparison.Ordinal);
        Assert.Empty(page.FindAll("#keep-url, #keep details"));
    }

    [Fact]
    public async Task A_link_is_counted_as_an_answer_is()
    {
        Services.Configure<LimitOptions>(limits => limits.AnswersPerMinute = 2);
        var page = Page();
        await page.Send("Hello.");
        await page.Press("Make a link");

        Assert.StartsWith("sharing: Too many answers for your address", page.Text("#keep .trouble[role=alert]"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_stands_for_the_conversation_that_was_shared_and_goes_with_it()
    {
        var page = Page();
        await Link(page);
        await page.Send("And now?");

        Assert.Empty(page.FindAll("#keep-url"));
        Assert.NotEmpty(page.FindAll("#keep details"));
    }

    [Theory]
    [InlineData(true, "Copied")]
    [InlineData(false, "Copy")]
    public async Task What_the_browser_has_copied_is_said(bool copied, string said)
    {
        Keep.Setup<bool>("copy", _ => true).SetResult(copied);
        var page = Page();
        await Link(page);
        await page.Press("Copy");

        Assert.True(page.Offers(said));
    }

    [Fact]
    public async Task There_is_nothing_to_keep_before_anything_is_said_or_while_an_answer_runs()
    {
        Generator.Hold = new TaskCompletionSource();
        var page = Page();
        Assert.StartsWith("There is nothing to share yet.", page.Text("#keep .fine"), StringComparison.Ordinal);
        AllDisabled();
        await page.Begin("Hello.");
        Assert.StartsWith("Wait for the answer to end", page.Text("#keep .fine"), StringComparison.Ordinal);
        AllDisabled();
        Assert.True(page.Find("#keep input[type=file]").HasAttribute("disabled"));

        Generator.Hold.SetResult();
        page.Idle();
        Assert.All(page.FindAll("#keep button.pill"), button => Assert.False(button.HasAttribute("disabled")));

        void AllDisabled() => Assert.All(page.FindAll("#keep button.pill"), button => Assert.True(button.HasAttribute("disabled")));
    }

    [Fact]
    public async Task A_host_that_shares_nothing_offers_no_link_and_saves_all_the_same()
    {
        Services.Configure<SharingOptions>(sharing => sharing.Enabled = false);
        var page = Page();
        await page.Send("Hello.");

        Assert.False(page.Offers("Make a link"));
        await page.Press("Save as JSON");
        await page.Press("Save as CSV");
        var saved = JSInterop.Invocations["saveStream"].Select(i => (Name: (string)i.Arguments[0]!, Bytes: ((MemoryStream)((DotNetStreamReference)i.Arguments[2]!).Stream).ToArray())).ToList();
        Assert.Equal([".json", ".csv"], saved.Select(s => Path.GetExtension(s.Name)));
        Assert.Equal("Hello.", Assert.Single(ConversationJson.Read(saved[0].Bytes).Turns).User);
        Assert.Equal(7, Encoding.UTF8.GetString(saved[1].Bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_transcript_is_opened_as_text_and_measured_in_both_columns()
    {
        Generator.Script = request => request.Forced is { } given ? [.. ScriptedGenerator.Say([.. given.Select(id => Generator.Tokenizer.Decode([id]))])] : ScriptedGenerator.Say("Hello");
        var page = Page();
        Open(page, "t.json.json", Transcript);
        page.WaitForElements(".turn", 2);
        Assert.Contains("<script>alert(1)</script>", page.Text(".turn"), StringComparison.Ordinal);
        Assert.Contains("<img src=x onerror=alert(1)>", page.Text(".turn"), StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".turn script, .turn img"));
        page.WaitForAssertion(() => Assert.Equal("t.json.json is open: 2 turns.", page.Text("#keep [role=status]")));

        await page.Press("Read it with both columns");
        page.WaitForElements(".badge:not(.empty)", 4);
        page.Idle();
        Assert.Equal(["To help you with your taxes.", "To help you with your taxes."], page.Texts("#turn-1 .answer .text"));
    }

    [Fact]
    public async Task A_wrong_file_gets_a_sentence_and_the_conversation_stays()
    {
        var page = Page();
        await page.Send("Hello.");
        Open(page, "x.json", """{"conversation":[{"role":"wizard","content":"x"}]}""");

        page.WaitForAssertion(() => Assert.Contains("conversation[0].role", page.Text("#keep .trouble"), StringComparison.Ordinal));
        Assert.Single(page.FindAll(".turn"));
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        Services.Configure<SharingOptions>(sharing => sharing.MaxBytes = 1024);
        var page = Page();
        Open(page, "x.json", new string(' ', 1025));

        page.WaitForAssertion(() => Assert.Contains("the file has 1,025 bytes; 1,024 can be opened.", page.Text("#keep .trouble"), StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Dispose();
    }

    // The id of a short conversation that is shared.
    private static async Task<string> Link(IRenderedComponent<ChatPage> page)
    {
        await page.Send("Hello.");
        await page.Press("Make a link");
        return page.Value("#keep-url")!.Split("/c/")[1];
    }

    private static void Open(IRenderedComponent<ChatPage> page, string name, string text) =>
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText(text, name));
}
