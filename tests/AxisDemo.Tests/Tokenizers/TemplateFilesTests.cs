using AxisDemo.Model.Loading;
using AxisDemo.Tests.Formats;
using AxisDemo.Tests.Model;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

/// <summary>Which of a model's chat templates is taken: transformers' order.</summary>
public sealed class TemplateFilesTests : IDisposable
{
    private readonly FolderModel folder = FolderModel.Copy("smollm");
    private readonly List<string> warnings = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_reported_folders_template_is_read()
    {
        foreach (var file in Directory.GetFiles(Repository.Fixture("reports", "folder-chat-template-json"))) folder.Write(Path.GetFileName(file), File.ReadAllText(file));
        using var source = ModelSource.Open(folder.Path);
        var parts = source.ReadTemplate()!.Render([new("user", "Hi")], addGenerationPrompt: true, source.ReadTokenizer().TemplateVariables());
        Assert.Equal("<bos>Hi", string.Concat(parts.Select(p => p.Text)));
        Assert.Empty(source.Warnings);
    }

    // Each is the strongest of those behind it.
    [Fact]
    public void A_file_of_its_own_is_stronger_than_an_entry()
    {
        Assert.Null(Taken());
        folder.Write("tokenizer_config.json", """{"chat_template": "3"}""");
        Assert.Equal("3", Taken());
        folder.Write("chat_template.json", """{"chat_template": "2"}""");
        Assert.Equal("2", Taken());
        Assert.Equal([$"{folder.File("tokenizer_config.json")}: chat_template: this template is not used; the one of chat_template.json is."], warnings);
        folder.Write("chat_template.jinja", "1");
        Assert.Equal("1", Taken());
        Assert.Equal(2, warnings.Count);
        folder.Write("chat_template.json", """{"chat_template": "1"}""").Write("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": "1"}]}""");
        Assert.Equal("1", Taken());
        Assert.Empty(warnings);
    }

    [Fact]
    public void Templates_for_other_uses_are_named_and_never_taken()
    {
        Directory.CreateDirectory(folder.File("additional_chat_templates"));
        folder.Write("additional_chat_templates/tool_use.jinja", "tools");
        Assert.Null(Taken());
        Assert.Contains("no chat template", Assert.Single(warnings), StringComparison.Ordinal);
        folder.Write("tokenizer_config.json", """{"chat_template": [{"name": "rag", "template": "documents"}, {"name": "default", "template": "chat"}]}""");
        Assert.Equal("chat", Taken());
        Assert.Equal(["tokenizer_config.json: chat_template 'rag'", "tool_use.jinja: chat_template"], warnings.Select(w => Path.GetFileName(w.Split(": this")[0])));
    }

    [Fact]
    public void A_template_may_be_one_of_several_in_a_gguf_file()
    {
        var path = folder.File("two.gguf");
        GgufEdit.Of(Repository.Fixture("tiny-models", "smollm", "smollm.gguf"))
            .Set("tokenizer.chat_template.tool_use", "tools").Set("tokenizer.chat_templates", (string[])["tool_use"]).Set("tokenizer.chat_template", "chat").Save(path);
        using var source = ModelSource.Open(path);
        Assert.Equal("chat", source.ReadTemplate()!.Source);
        Assert.Equal([$"{path}: tokenizer.chat_template.tool_use: this template is not used; tokenizer.chat_template is."], source.Warnings);
    }

    private string? Taken()
    {
        warnings.Clear();
        return ChatTemplate.FromFolder(folder.Path, (file, key, text) => warnings.Add($"{file}: {key}: {text}"))?.Source;
    }
}
