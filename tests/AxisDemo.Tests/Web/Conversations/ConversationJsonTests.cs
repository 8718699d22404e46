using System.Text.Json.Nodes;
using System.Text;
using AxisDemo.Formats;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Conversations;

public class ConversationJsonTests
{
    internal static ConversationFile Sample { get; } = new()
    {
        Created = new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero),
        A = new FiledColumn { Model = new FiledModel("SmolLM2", "ab12", "llama", "Q4_1", "CPU"), Axis = new FiledAxis("assistant", "cd34", 21, -1.5f) },
        B = new FiledColumn(),
        Turns =
        [
            new FiledTurn
            {
                User = "Wer bist du? <script>alert('é')</script> 🦜",
                Settings = new FiledSettings
                {
                    Temperature = 0.7, MaxTokens = 96, Seed = 3, RepetitionPenalty = 1.1, Repeats = 1, SystemPrompt = "You are a pirate.", History = "fromA",
                    A = new FiledVariant { Kind = "plain" },
                    B = new FiledVariant { Kind = "steered", Toward = "vampire", Strength = -0.5, Band = "18:27" },
                },
                A =
                [
                    new FiledAnswer
                    {
                        Text = "=Arr,\n\"me\"", Reason = "stop", Seed = 18446744073709551615, Ids = [5, 7], Tokens = ["=Arr,\n", "\"me\""],
                        Pre = [-12.25f, 3], Post = [-12.25f, 3], Read = [-12.25f, null], Touched = [false, true], LiftedLayers = [0, 9], Kl = [0.5f, 0], PlainChoice = ["I", null],
                    },
                ],
                B = [],
            },
        ],
    };

    [Fact]
    public void A_byte_order_mark_is_passed_over_and_UTF_16_is_named()
    {
        var bytes = ConversationJson.Write(Sample);
        Assert.Equal(bytes, ConversationJson.Write(ConversationJson.Read([0xEF, 0xBB, 0xBF, .. bytes])));
        var wide = (byte[])[.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(bytes))];
        Assert.Equal("conversation: it is UTF-16 or UTF-32. Save it as UTF-8.", Assert.Throws<InputException>(() => ConversationJson.Read(wide)).Message);
    }

    [Fact]
    public void What_is_written_is_read_back_byte_for_byte()
    {
        var bytes = ConversationJson.Write(Sample);
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(ConversationJson.Write(ConversationJson.Read(bytes))));
        Assert.DoesNotContain("<script", Encoding.UTF8.GetString(bytes), StringComparison.OrdinalIgnoreCase);
    }

    // Words of the program's inside that nobody who chose a file knows.
    private static readonly string[] Inner = ["AxisDemo.", "System.", "deserialization", "BytePosition", "ConversationFile", "isFinalBlock"];

    [Theory]
    [InlineData("", "it is empty.")]
    [InlineData("""{"hello": 1}""", "turns: is missing.")]
    [InlineData("""{"format": "axisdemo.conversation", "a": {}, "b": {}, "turns": [{"user": "x", "a": [{"text": "", "more": [{}]}]}]}""", "is not all there: axis, pre, post, read are missing.")]
    [InlineData("""{"format": "axisdemo.conversation", "a": {}, "b": {}, "turns": [{"user": "x", "a": [{}]}]}""", "turns[0].a[0].text: is missing.")]
    [InlineData("""{"format": "axisdemo.conversation", "a": {}, "b": {}, "turns": [{"user": "x", "user": "y"}]}""", "turns[0].user: is given twice.")]
    [InlineData("""{"format": "axisdemo.conversation", "a": {}, "b": {}, "turns": 5}""", "turns: is not a list.")]
    [InlineData("""{"format": "axisdemo.conversation", "a": {}, "b": {}, "turns": [{"user": 5}]}""", "turns[0].user: is not text.")]
    [InlineData("""{"format": "axisdemo.conversation", "a": null, "b": {}, "turns": []}""", "a: is missing.")]
    [InlineData("""{"format": "axisdemo.conversation", "a": {}, "b": {}, "turns": null}""", "turns: must not be null.")]
    [InlineData("""{"format": "axisdemo.conversation", "version": 2, "turns": []}""", "it has no column. A conversation has one to four columns")]
    [InlineData("""{"format": "axisdemo.conversation", "version": 2, "a": {}, "b": {}, "c": {}, "d": {}, "e": {}, "turns": []}""", "e: is not a column. A conversation has one to four columns")]
    [InlineData("""{"format": "axisdemo.conversation", "version": 2, "a": {}, "turns": [{"user": "x"}]}""", "turns[0]: has no column.")]
    [InlineData("""{"format": "axisdemo.conversation", "version": 2, "a": {}, "turns": [{"user": "x", "a": [], "c": []}]}""", "turns[0].c: belongs to a column that the file does not have.")]
    public void A_wrong_file_is_told_in_its_own_words(string json, string said)
    {
        var fault = Assert.Throws<InputException>(() => ConversationJson.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
        foreach (var inner in Inner) Assert.DoesNotContain(inner, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over() => Assert.Single(ConversationJson.Read([0xEF, 0xBB, 0xBF, .. ConversationJson.Write(Sample)]).Turns);

    [Theory]
    [InlineData("format", "\"other\"", "format")]
    [InlineData("version", "3", "version")]
    [InlineData("version", "\"1\"", "version")]
    [InlineData("turns", "null", "turns")]
    [InlineData("turns[0].user", "5", "turns[0].user")]
    [InlineData("turns[0].user", "null", "turns[0].user")]
    [InlineData("turns[0].settings.temperature", "-1", "turns[0].settings.temperature")]
    [InlineData("turns[0].settings.repeats", "1000", "turns[0].settings.repeats")]
    [InlineData("turns[0].settings.history", "\"theirs\"", "turns[0].settings.history")]
    [InlineData("turns[0].settings.b.kind", "\"magic\"", "turns[0].settings.b.kind")]
    [InlineData("turns[0].a[0].ids", "[1]", "turns[0].a[0].ids")]
    [InlineData("turns[0].a[0].ids", "[1, 2.5]", "turns[0].a[0].ids[1]")]
    [InlineData("turns[0].a[0].seed", "\"-1\"", "turns[0].a[0].seed")]
    [InlineData("turns[0].a[0].read", "[1e300, 0]", "turns[0].a[0].read")]
    [InlineData("turns[0].a[0].kl", "\"much\"", "turns[0].a[0].kl")]
    [InlineData("turns[0].a[0].tokens", "[null, \"a\"]", "turns[0].a[0].tokens")]
    [InlineData("turns[0].a[0].more", "[null]", "turns[0].a[0].more[0]")]
    [InlineData("turns[0].a[0].more", """[{"axis":"assistant","pre":[1,2],"post":[1,2],"read":[1,2]}]""", "turns[0].a[0].more[0].axis")]
    [InlineData("turns[0].a[0].more", """[{"axis":"random","pre":[1,2],"post":[1,2],"read":[1,2]},{"axis":"random","pre":[1,2],"post":[1,2],"read":[1,2]}]""", "turns[0].a[0].more[1].axis")]
    [InlineData("turns[0].a[0].more", """[{"axis":"random","pre":[1],"post":[1,2],"read":[1,2]}]""", "turns[0].a[0].more[0].pre")]
    [InlineData("a.axis.displayLayer", "-1", "a.axis.displayLayer")]
    public void A_wrong_field_is_named(string field, string value, string named)
    {
        var json = JsonNode.Parse(ConversationJson.Write(Sample))!;
        JsonNode at = json;
        var steps = field.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        foreach (var step in steps[..^1]) at = step[0] == '[' ? at[int.Parse(step[1..^1], System.Globalization.CultureInfo.InvariantCulture)]! : at[step]!;
        at[steps[^1]] = JsonNode.Parse(value);
        var fault = Assert.Throws<InputException>(() => ConversationJson.Read(Encoding.UTF8.GetBytes(json.ToJsonString())));
        Assert.StartsWith(named, fault.Field, StringComparison.Ordinal);
        foreach (var inner in Inner) Assert.DoesNotContain(inner, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_ids_alone_has_so_many_of_them()
    {
        var longest = Sample.Turns[0] with { A = [new FiledAnswer { Text = "", Ids = new int[100_000] }] };
        Assert.Equal(5, ConversationJson.Read(ConversationJson.Write(Sample with { Turns = [longest, longest, longest, longest, longest] })).Turns.Count);
        Assert.Equal("turns", Assert.Throws<InputException>(() => ConversationJson.Read(ConversationJson.Write(Sample with { Turns = [longest, longest, longest, longest, longest, Sample.Turns[0]] }))).Field);
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(501, false)]
    public void The_name_of_an_axis_has_an_end(int length, bool possible)
    {
        var bytes = ConversationJson.Write(Watching([new string('x', length)]));
        if (possible) Assert.Single(ConversationJson.Read(bytes).Turns);
        else Assert.Equal("turns[0].a[0].more[0].axis", Assert.Throws<InputException>(() => ConversationJson.Read(bytes)).Field);
    }

    [Fact]
    public void A_file_has_so_many_further_axes_between_all_its_answers()
    {
        var most = Enumerable.Range(0, ConversationJson.MostAxes).Select(i => $"role:{i}").ToArray();
        Assert.Equal(2, ConversationJson.Read(ConversationJson.Write(Watching(most[..9], most[5..]))).Turns.Count);

        // What took gigabytes once: every answer names other axes, and each would be three columns of every row.
        var many = ConversationJson.Write(Watching([.. Enumerable.Range(0, 2000).Select(t => Enumerable.Range(0, 16).Select(k => $"axis:{t}.{k}").ToArray())]));
        var fault = Assert.Throws<InputException>(() => ConversationJson.Read(many));
        Assert.Equal("turns[1].a[0].more[0].axis", fault.Field);
        Assert.Contains("16", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("{\"format\":\"axisdemo.conversation\"")]
    [InlineData("{\"format\":\"axisdemo.conversation\",\"format\":\"axisdemo.conversation\"}")]
    [InlineData("{\"conversation\":{}}")]
    [InlineData("{\"conversation\":[]}")]
    [InlineData("{\"conversation\":[{\"role\":\"assistant\",\"content\":\"x\"}]}")]
    [InlineData("{\"conversation\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}")]
    [InlineData("{\"conversation\":[{\"role\":\"user\",\"content\":\"x\"}]} trailing")]
    public void What_is_no_conversation_gets_a_sentence(string text) =>
        Assert.StartsWith("conversation: ", Assert.Throws<InputException>(() => ConversationJson.Read(Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Throws<InputException>(() => ConversationJson.Read(Encoding.UTF8.GetBytes("{\"format\":" + new string('[', 100_000))));

    [Fact]
    public void A_transcript_in_the_published_layout_is_read()
    {
        var read = ConversationJson.Read("""
            {"model": "Qwen/Qwen3-32B", "turns": 2, "steering_config": {"experiment_id": "layers_46:54-p0.25"},
             "conversation": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Bye"}]}
            """u8);
        Assert.Equal(("Qwen/Qwen3-32B", "layers_46:54-p0.25"), (read.A!.Model?.Name, read.A.Note));
        Assert.Equal(["Hi", "Bye"], read.Turns.Select(t => t.User));
        Assert.Equal("Hello", Assert.Single(read.Turns[0].A!).Text);
        Assert.Empty(read.Turns[1].A!);
    }

    [Fact]
    public void The_published_transcripts_are_read()
    {
        var data = Environment.GetEnvironmentVariable("AXISDEMO_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(data), "AXISDEMO_DATA names no folder of published data.");
        var files = Directory.GetFiles(Path.Combine(data!, "assistant-axis", "transcripts"), "*.json", SearchOption.AllDirectories);
        Assert.True(files.Length >= 16);
        foreach (var file in files)
        {
            var read = ConversationJson.Read(File.ReadAllBytes(file));
            Assert.NotEmpty(read.Turns);
            Assert.NotNull(read.A!.Model);
            var again = ConversationJson.Read(ConversationJson.Write(read));
            Assert.Equal(read.Turns.Select(t => t.User), again.Turns.Select(t => t.User));
        }
    }

    [Fact]
    public void Csv_has_a_row_a_token_and_no_token_is_a_formula()
    {
        var lines = Encoding.UTF8.GetString(ConversationCsv.Write(Sample)).Split("\r\n");
        Assert.Equal(ConversationCsv.Header, lines[0]);
        Assert.Equal("""0,A,0,0,5,"\"=Arr,\\n\"",-12.25,-12.25,-12.25,0,0,0.5,"\"I\"" """.Trim().Replace("\\\"", "\"\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal), lines[1]);
        Assert.StartsWith("0,A,0,1,7,", lines[2], StringComparison.Ordinal);
        Assert.EndsWith(",3,3,,1,9,0,", lines[2], StringComparison.Ordinal);
        Assert.Equal(["", ], lines[3..]);
    }

    [Fact]
    public void Csv_has_three_columns_more_for_each_further_axis_empty_where_it_was_not_watched()
    {
        var watched = Sample.Turns[0] with { A = [Sample.Turns[0].A![0] with { More = [new FiledReadings("role:a \"b\"", [1.5f, null], [2, null], [3, 4])] }] };
        var lines = Encoding.UTF8.GetString(ConversationCsv.Write(Sample with { Turns = [Sample.Turns[0], watched] })).Split("\r\n");

        Assert.Equal(ConversationCsv.Header + ",\"pre role:a \"\"b\"\"\",\"post role:a \"\"b\"\"\",\"read role:a \"\"b\"\"\"", lines[0]);
        Assert.EndsWith(",,,", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",1.5,2,3", lines[3], StringComparison.Ordinal);
        Assert.EndsWith(",,,4", lines[4], StringComparison.Ordinal);
    }

    /// <summary>A turn for each list of further axes that its answer was measured on.</summary>
    internal static ConversationFile Watching(params string[][] turns) => Sample with
    {
        Turns = [.. turns.Select(axes => Sample.Turns[0] with { A = [Sample.Turns[0].A![0] with { More = [.. axes.Select(axis => new FiledReadings(axis, [1, 2], [1, 2], [1, 2]))] }] })],
    };
}
