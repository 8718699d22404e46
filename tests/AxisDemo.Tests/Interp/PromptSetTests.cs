using AxisDemo.Formats;
using AxisDemo.Interp;

namespace AxisDemo.Tests.Interp;

public class PromptSetTests
{
    internal static PromptSet Own => PromptSet.Open(Path.Combine(Repository.Root, "prompts", "roles"), Path.Combine(Repository.Root, "prompts", "questions.json"));

    [Fact]
    public void The_projects_own_prompts_are_five_different_ones_for_each_role()
    {
        var set = Own;
        Assert.InRange(set.Roles.Count, 100, 200);
        Assert.Equal(40, set.Questions.Count);
        Assert.Equal(["", "You are an AI assistant.", "You are a large language model.", "You are {model_name}.", "Respond as yourself."], set.Default.Prompts);
        Assert.All(set.Roles, r => Assert.Equal(5, r.Prompts.Distinct().Count()));
        var prompts = set.Roles.SelectMany(r => r.Prompts).ToList();
        Assert.Equal(prompts.Count, prompts.Distinct().Count());
        Assert.Equal(20, PromptSet.OpenQuestions(Path.Combine(Repository.Root, "prompts", "ordinary.json")).Count);
        Assert.NotNull(set.Find("vampire"));
        Assert.Same(set.Default, set.Find("default"));
        Assert.Null(set.Find("nobody"));
    }

    [Fact]
    public void The_hash_follows_prompts_and_questions_but_not_descriptions_or_order()
    {
        RolePrompts cat = new("cat", "purrs", ["You are a cat."]), dog = new("dog", "barks", ["You are a dog."]), self = new("default", "", [""]);
        var hash = new PromptSet([cat, dog], self, ["Who are you?"]).Hash;
        Assert.Equal(hash, new PromptSet([dog, cat with { Description = "" }], self, ["Who are you?"]).Hash);
        Assert.NotEqual(hash, new PromptSet([cat, dog], self, ["Who am I?"]).Hash);
        Assert.NotEqual(hash, new PromptSet([cat, dog with { Prompts = ["You are a wolf."] }], self, ["Who are you?"]).Hash);
        Assert.NotEqual(hash, new PromptSet([cat, dog], self with { Prompts = ["Be yourself."] }, ["Who are you?"]).Hash);
        Assert.Matches("^[0-9a-f]{64}$", hash);
    }

    [Fact]
    public void A_role_that_occurs_twice_is_refused()
    {
        var e = Assert.Throws<InputException>(() => new PromptSet([new("cat", "", ["a"]), new("cat", "", ["b"])], new("default", "", [""]), ["?"]));
        Assert.Contains("'cat' occurs twice", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "no JSON object")]
    [InlineData("{\"role\":\"x\"}", "missing")]
    [InlineData("{\"prompts\":\"x\"}", "no list")]
    [InlineData("{\"prompts\":[]}", "0 entries")]
    [InlineData("{\"prompts\":[1]}", "no text")]
    [InlineData("{\"role\":3,\"prompts\":[\"a\"]}", "no text")]
    [InlineData("{\"instruction\":[{\"neg\":\"a\"}]}", "no \"pos\"")]
    public void A_malformed_role_is_refused_by_its_files_name(string json, string fault)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("roles"));
        File.WriteAllText(folder.File("default.json"), "{\"prompts\":[\"\"]}");
        File.WriteAllText(folder.File("roles/x.json"), json);
        File.WriteAllText(folder.File("q.json"), "{\"questions\":[\"?\"]}");
        var e = Assert.Throws<InputException>(() => PromptSet.Open(folder.File("roles"), folder.File("q.json")));
        Assert.Contains("x.json", e.Message, StringComparison.Ordinal);
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("q.json", "{}")]
    [InlineData("q.json", "{\"questions\":[\" \"]}")]
    [InlineData("q.jsonl", "\n")]
    [InlineData("q.jsonl", "{\"question\":\"a\"}\n{\"id\":1}")]
    public void Malformed_questions_are_refused(string name, string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(name), text);
        Assert.Contains(name, Assert.Throws<InputException>(() => PromptSet.OpenQuestions(folder.File(name))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Questions_in_json_lines_are_read()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("q.jsonl"), "{\"question\": \"Who?\", \"id\": 0}\n\n{\"question\": \"Why?\", \"id\": 1}\n");
        Assert.Equal(["Who?", "Why?"], PromptSet.OpenQuestions(folder.File("q.jsonl")));
    }

    [Fact]
    public void Byte_order_marks_are_passed_over_and_other_encodings_named()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("roles"));
        var marked = new System.Text.UTF8Encoding(true);
        File.WriteAllText(folder.File("default.json"), "{\"prompts\":[\"\"]}", marked);
        File.WriteAllText(folder.File("roles/x.json"), "{\"prompts\":[\"You are x.\"]}", marked);
        // Two files with marks, one behind the other.
        File.WriteAllText(folder.File("q.jsonl"), "\uFEFF{\"question\": \"Who?\"}\n\uFEFF{\"question\": \"Why?\"}\n\uFEFF\n", new System.Text.UTF8Encoding(false));
        var set = PromptSet.Open(folder.File("roles"), folder.File("q.jsonl"));
        Assert.Equal(["You are x."], set.Find("x")!.Prompts);
        Assert.Equal(["Who?", "Why?"], set.Questions);
        File.WriteAllText(folder.File("q.json"), "{\"questions\":[\"?\"]}", System.Text.Encoding.Unicode);
        Assert.Equal($"{folder.File("q.json")}: it is UTF-16 or UTF-32. Save it as UTF-8.", Assert.Throws<InputException>(() => PromptSet.OpenQuestions(folder.File("q.json"))).Message);
    }

    [Fact]
    public void The_published_roles_and_questions_are_read()
    {
        var data = Environment.GetEnvironmentVariable("AXISDEMO_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(data), "AXISDEMO_DATA does not name a folder with the published data (assistant-axis/data).");
        var folder = Path.Combine(data!, "assistant-axis", "data");
        Assert.SkipUnless(Directory.Exists(folder), $"There is no {folder}.");
        var set = PromptSet.Open(Path.Combine(folder, "roles", "instructions"), Path.Combine(folder, "extraction_questions.jsonl"));
        Assert.Equal(275, set.Roles.Count);
        Assert.Equal(240, set.Questions.Count);
        Assert.All(set.Roles, r => Assert.Equal(5, r.Prompts.Count));
        Assert.Equal("You are {model_name}.", set.Default.Prompts[3]);

        // The project's prompts are its own words.
        var own = Own;
        var published = set.Roles.SelectMany(r => r.Prompts).Concat(set.Questions).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain(own.Roles.SelectMany(r => r.Prompts).Concat(own.Questions), published.Contains);
    }
}
