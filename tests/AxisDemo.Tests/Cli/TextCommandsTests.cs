using System.Text.Json;

namespace AxisDemo.Tests.Cli;

public class TextCommandsTests
{
    private const string Text = "Hello <|im_end|> wörld";

    [Fact]
    public void Tokens_carry_their_bytes_and_special_tokens_are_recognised()
    {
        var json = Axis.RunWithInput(Text, "tokenize", "--model", Repository.Model, "--json").Json;
        Assert.Equal([19556, 216, 2, 267, 29989, 400], json.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32()));
        Assert.Equal("c3b672", json.GetProperty("pieces")[4].GetString());
    }

    [Fact]
    public void A_byte_order_mark_is_no_text()
    {
        Assert.Equal(Axis.RunWithInput(Text, "tokenize").Out, Axis.RunWithInput("\uFEFF" + Text, "tokenize").Out);
        Axis.RunWithInput(Text, System.Text.Encoding.Unicode, "tokenize").AssertBadInput("stdin: it is UTF-16 or UTF-32. Give it as UTF-8.");
        Axis.RunWithInput(Text, System.Text.Encoding.Latin1, "tokenize").AssertBadInput("stdin: it is not UTF-8. Give it as UTF-8.");
    }

    [Fact]
    public void Plain_keeps_the_strings_of_special_tokens_text()
    {
        var ids = Axis.RunWithInput(Text, "tokenize", "--plain", "--json").Json.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32()).ToList();
        Assert.DoesNotContain(2, ids);
        Assert.Equal(Text, Axis.Run("detokenize", "--ids", string.Join(',', ids)).Out);
    }

    [Fact]
    public void The_template_is_printed_byte_for_byte()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("tokenizers", "chat-templates.json")));
        var rendering = golden.RootElement.GetProperty("renderings").EnumerateArray().First(r => r.GetProperty("template_name").GetString() == "smollm2");
        using var folder = new TemporaryFolder();
        var messages = folder.Write("m.json", rendering.GetProperty("messages").GetRawText());
        Assert.Equal(rendering.GetProperty("rendered").GetString(), Axis.Run("template", "--messages", messages).Out);
        Assert.DoesNotContain("<|im_start|>assistant", Axis.Run("template", "--messages", messages, "--no-generation-prompt").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_before_messages_is_passed_over()
    {
        var marked = Repository.Fixture("reports", "bom.json");
        using var folder = new TemporaryFolder();
        var expected = Axis.Run("template", "--messages", folder.Write("m.json", File.ReadAllText(marked))).Out; // read without its mark
        Assert.Contains("Hi", expected, StringComparison.Ordinal);
        Assert.Equal(expected, Axis.Run("template", "--messages", marked).Out);
        Assert.Equal(expected, Axis.RunWithInput("\uFEFF" + File.ReadAllText(marked), "template", "--messages", "-").Out);
        File.WriteAllText(folder.File("wide.json"), File.ReadAllText(marked), System.Text.Encoding.Unicode);
        Axis.Run("template", "--messages", folder.File("wide.json")).AssertBadInput("wide.json: it is UTF-16 or UTF-32. Save it as UTF-8.");
    }

    [Theory]
    [InlineData("{}", "no list")]
    [InlineData("[{\"role\":\"user\"}]", "message 0, content")]
    [InlineData("[{\"role\":\"user\",\"content\":3}]", "message 0, content")]
    [InlineData("[", "not JSON")]
    [InlineData("[]", "empty")]
    public void Messages_that_are_none_are_refused(string json, string word)
    {
        using var folder = new TemporaryFolder();
        Axis.Run("template", "--messages", folder.Write("m.json", json)).AssertBadInput(word);
    }

    [Theory]
    [InlineData("1,x")]
    [InlineData("49152")]
    [InlineData("-1")]
    [InlineData("")]
    public void Ids_that_are_none_are_refused(string ids) => Axis.Run("detokenize", $"--ids={ids}").AssertBadInput("--ids");
}
