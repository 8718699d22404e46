using System.Text;
using AxisDemo.Formats;
using AxisDemo.Web.Conversations;

namespace AxisDemo.Tests.Web.Conversations;

public class HostileFileTests
{
    private static readonly List<string> Texts = [.. Hostile.All.Select(h => h.Text.Replace('\ud800', '\ufffd')).Where(t => t.Length < 500)];

    /// <summary>A conversation whose every text is hostile: what an imported file may hold.</summary>
    internal static ConversationFile Conversation { get; } = new()
    {
        A = new FiledColumn { Model = new FiledModel(Texts[0], Texts[1], Texts[2], Texts[3], Texts[4]), Axis = new FiledAxis(Texts[5], Texts[6]), Note = Texts[7] },
        B = new FiledColumn(),
        Turns = [.. Texts.Select((text, i) => new FiledTurn
        {
            User = text,
            Settings = new FiledSettings { Temperature = 0.7, MaxTokens = 16, SystemPrompt = text, A = new FiledVariant { Kind = "plain", SystemPrompt = text, Model = text }, B = new FiledVariant { Kind = "steered", Toward = text } },
            A = [new FiledAnswer { Text = text, Reason = "stop", Ids = [1], Tokens = [text], Pre = [i], Post = [i], Read = [i], Touched = [true], LiftedLayers = [1], Kl = [0.5f], PlainChoice = [text] }],
            B = [new FiledAnswer { Text = text, Error = text }],
        })],
    };

    [Fact]
    public void Every_text_comes_back_as_it_was_and_none_can_end_a_script()
    {
        var json = ConversationJson.Write(Conversation);

        var read = ConversationJson.Read(json);
        Assert.Equal(Texts, read.Turns.Select(t => t.User));
        Assert.Equal(Texts, read.Turns.Select(t => t.A![0].Tokens![0]));
        Assert.Equal(Texts, read.Turns.Select(t => t.A![0].PlainChoice![0]!));
        Assert.Equal(Texts, read.Turns.Select(t => t.B![0].Error!));
        Assert.Equal(Texts, read.Turns.Select(t => t.Settings!.B!.Toward!));
        Assert.DoesNotContain('<', Encoding.UTF8.GetString(json));
    }

    [Fact]
    public void Half_a_character_is_refused()
    {
        var json = Encoding.UTF8.GetString(ConversationJson.Write(ConversationJsonTests.Sample)).Replace("\"You are a pirate.\"", "\"\\ud800\"", StringComparison.Ordinal);

        Assert.Contains("no Unicode", Assert.Throws<InputException>(() => ConversationJson.Read(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_are_no_fields_change_nothing()
    {
        var json = Encoding.UTF8.GetString(ConversationJson.Write(ConversationJsonTests.Sample));
        var more = json.Insert(1, "\"__proto__\":{\"ran\":1},\"constructor\":{\"prototype\":{\"ran\":1}},\"$type\":\"System.IO.FileInfo, System.Runtime\",");

        Assert.Equal(json, Encoding.UTF8.GetString(ConversationJson.Write(ConversationJson.Read(Encoding.UTF8.GetBytes(more)))));
    }
}
