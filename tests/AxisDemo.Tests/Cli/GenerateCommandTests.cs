using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Tests.Cli;

public class GenerateCommandTests
{
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("smollm2", "smollm2.json"))).RootElement;

    // The first conversation: its first six tokens are chosen by a margin that 8-bit activations do not reach.
    private static string Ids => string.Join(',', Golden.GetProperty("cases")[0].GetProperty("ids").EnumerateArray().Select(i => i.GetInt32()));

    [Fact]
    public void The_budget_of_keys_and_values_is_an_option()
    {
        Axis.Run("generate", "--prompt", "Hi", "--kv-budget", "15").AssertBadInput("--kv-budget 15", "16 to 1048576");
        // A page of 32 tokens takes 1.4 MiB: 16 MiB hold 11 of them.
        Axis.Run("generate", "--prompt", "Hi", "--max-tokens", "400", "--kv-budget", "16").AssertBadInput("the engine holds 11", "Engine:KvBudgetMegabytes");
    }

    [Fact]
    public void Json_is_one_event_a_line_with_kind_first_and_the_golden_tokens()
    {
        var run = Axis.Run("generate", "--ids", Ids, "--greedy", "--max-tokens", "6", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        var events = run.JsonLines;
        Assert.All(events, e => Assert.Equal("kind", e.EnumerateObject().First().Name));
        Assert.Equal("started", events[0].GetProperty("kind").GetString());
        var finished = events[^1];
        Assert.Equal(("finished", "length", 6), (finished.GetProperty("kind").GetString(), finished.GetProperty("reason").GetString(), finished.GetProperty("tokens").GetInt32()));
        var ids = events.Where(e => e.GetProperty("kind").GetString() == "token").Select(e => e.GetProperty("id").GetInt32());
        Assert.Equal(Golden.GetProperty("cases")[0].GetProperty("plain").GetProperty("greedy").EnumerateArray().Take(6).Select(i => i.GetInt32()), ids);
    }

    [Fact]
    public void A_cap_a_watch_and_a_reader_are_reported_at_every_token()
    {
        using var folder = new TemporaryFolder();
        var vector = new float[576];
        vector[3] = 2;
        SafetensorsWriter.Write(folder.File("v.safetensors"), [("v", [576], vector)]);
        // The vector lies beside the file that names it, not in the working folder. Nothing reaches this floor: the cap lifts every token.
        var cap = folder.Write("i.json", """[{"kind":"cap","vector":"v.safetensors#v","layers":"20:22","threshold":500}]""");
        var run = Axis.Run("generate", "--prompt", "Hello!", "--greedy", "--max-tokens", "3", "--json", "--intervene", cap, "--watch", folder.File("v.safetensors") + "#v@21", "--read");
        Assert.True(run.ExitCode == 0, run.Error);
        var tokens = run.JsonLines.Where(e => e.GetProperty("kind").GetString() == "token").ToList();
        Assert.NotEmpty(tokens);
        Assert.All(tokens, token =>
        {
            var projection = Assert.Single(token.GetProperty("projections").EnumerateArray());
            Assert.Equal(("v", 21), (projection.GetProperty("axis").GetString(), projection.GetProperty("layer").GetInt32()));
            Assert.Equal(500, projection.GetProperty("post").GetSingle(), 0.05);
            Assert.True(projection.GetProperty("read").GetSingle() < 400);
            Assert.Equal(2, token.GetProperty("liftedLayers").GetInt32());
            Assert.True(token.GetProperty("kl").GetSingle() >= 0);
        });
    }

    [Fact]
    public void A_beginning_is_continued_and_its_tokens_are_not_told_again()
    {
        string[] Tokens(params string[] more)
        {
            var run = Axis.Run(["generate", "--prompt", "Name a bird.", "--max-tokens", "8", "--seed", "5", "--json", .. more]);
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.Equal(8, run.JsonLines[^1].GetProperty("tokens").GetInt32());
            return [.. run.JsonLines.Where(e => e.GetProperty("kind").GetString() == "token").Select(e => e.GetRawText())];
        }

        var whole = Tokens();
        var ids = whole.Select(t => JsonDocument.Parse(t).RootElement.GetProperty("id").GetInt32());
        Assert.Equal(whole[3..], Tokens("--beginning", string.Join(',', ids.Take(3))));
        Axis.Run("generate", "--prompt", "Hi", "--beginning", "1,x").AssertBadInput("--beginning: x", "is no token");
        // Nothing is left to write.
        Assert.Equal((0, "length"), Ended("2", "1,2"));
        Axis.Run("generate", "--prompt", "Hi", "--max-tokens", "2", "--beginning", "1,2,3").AssertBadInput("beginning: it has 3 tokens", "is 2");
        Axis.Run("generate", "--prompt", "Hi", "--beginning", "1,,2").AssertBadInput("--beginning: (empty): is no token");

        (int, string?) Ended(string most, string beginning)
        {
            var lines = Axis.Run("generate", "--prompt", "Hi", "--max-tokens", most, "--beginning", beginning, "--json").JsonLines;
            return (lines.Count(e => e.GetProperty("kind").GetString() == "token"), lines[^1].GetProperty("reason").GetString());
        }
    }

    [Fact]
    public void Text_mode_prints_the_answer_alone_on_stdout()
    {
        var run = Axis.Run("generate", "--prompt", "Say hello.", "--seed", "3", "--max-tokens", "6");
        Assert.Equal(0, run.ExitCode);
        Assert.NotEmpty(run.Out.Trim());
        Assert.Contains("tokens/s", run.Error, StringComparison.Ordinal);
        Assert.Equal(run.Bytes, Axis.Run("generate", "--prompt", "Say hello.", "--seed", "3", "--max-tokens", "6").Bytes);
    }

    [Fact]
    public void A_model_that_is_not_there_is_named() =>
        Axis.Run("generate", "--model", "no/such.gguf", "--prompt", "x").AssertBadInput("no/such.gguf", "--model");

    [Fact]
    public void A_model_that_is_cut_off_is_named_with_the_tensor_it_ends_in()
    {
        using var folder = new TemporaryFolder();
        using (var whole = File.OpenRead(Repository.Model))
        using (var part = File.Create(folder.File("cut.gguf")))
        {
            var half = new byte[8 << 20];
            whole.ReadExactly(half);
            part.Write(half);
        }

        Axis.Run("generate", "--model", folder.File("cut.gguf"), "--prompt", "x").AssertBadInput("cut.gguf", "cut off");
    }

    [Theory]
    [InlineData("Give the prompt")]
    [InlineData("exclude each other", "--prompt", "x", "--greedy", "--temperature", "1")]
    [InlineData("--threads 0", "--prompt", "x", "--threads", "0")]
    [InlineData("topP", "--prompt", "x", "--top-p", "1.5")]
    [InlineData("maxTokens", "--prompt", "x", "--max-tokens", "-1")]
    [InlineData("@LAYER", "--prompt", "x", "--watch", "v.safetensors#v")]
    public void Options_that_mean_nothing_are_refused(string word, params string[] args) => Axis.Run(["generate", .. args]).AssertBadInput(word);
}
