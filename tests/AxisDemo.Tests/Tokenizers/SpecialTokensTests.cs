using AxisDemo.Model.Loading;
using AxisDemo.Tests.Formats;
using AxisDemo.Tests.Model;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

/// <summary>A template gets every special token that its model has, under the names that transformers gives them.</summary>
public sealed class SpecialTokensTests : IDisposable
{
    private const string All = "{{ bos_token }}{{ eos_token }}{{ unk_token }}{{ sep_token }}{{ pad_token }}{{ cls_token }}{{ mask_token }}{% for m in messages %}|{{ m['content'] }}{% endfor %}";
    private readonly string path = Path.GetTempFileName();

    private static string Smollm => Repository.Fixture("tiny-models", "smollm", "smollm.gguf");

    public void Dispose() => File.Delete(path);

    [Fact]
    public void The_reported_file_gets_its_unknown_token()
    {
        GgufEdit.Of(Smollm).Set("tokenizer.ggml.unknown_token_id", 0u).Set("tokenizer.chat_template", "{% for m in messages %}{{ unk_token + m['content'] }}{% endfor %}").Save(path);
        Assert.Equal("<pad>Hi", Render(path));
    }

    [Theory]
    [InlineData("unknown_token_id", "<bos><eos><bos><pad>|Hi")]
    [InlineData("seperator_token_id", "<bos><eos><bos><pad>|Hi")]
    [InlineData("separator_token_id", "<bos><eos><bos><pad>|Hi")]
    [InlineData("padding_token_id", "<bos><eos><bos>|Hi")]
    [InlineData("cls_token_id", "<bos><eos><pad><bos>|Hi")]
    [InlineData("mask_token_id", "<bos><eos><pad><bos>|Hi")]
    public void Every_key_of_a_file_is_a_name(string key, string rendered)
    {
        GgufEdit.Of(Smollm).Set("tokenizer.ggml." + key, 1u).Set("tokenizer.chat_template", All).Save(path);
        Assert.Equal(rendered, Render(path));
    }

    [Fact]
    public void A_padding_outside_the_vocabulary_is_none()
    {
        GgufEdit.Of(Smollm).Set("tokenizer.ggml.padding_token_id", 32_000u).Set("tokenizer.chat_template", All).Save(path);
        Assert.Contains("tokenizer.ggml.padding_token_id: lies outside", Assert.Single(Warnings(path)), StringComparison.Ordinal);
        Assert.Equal("<bos><eos>|Hi", Render(path));
    }

    [Fact]
    public void The_reported_folder_gets_its_tokens()
    {
        using var folder = FolderModel.Copy("smollm").Write("tokenizer_config.json", File.ReadAllText(Repository.Fixture("reports", "folder-special-tokens", "tokenizer_config.json")));
        Assert.Equal("<pad><pad>|Hi", Render(folder.Path));
    }

    [Fact]
    public void Texts_are_given_as_the_folder_writes_them()
    {
        using var folder = FolderModel.Copy("smollm").Write("chat_template.jinja", All + "{{ additional_special_tokens | join(',') }}{{ image_token }}").Write("tokenizer_config.json", """
            {"bos_token": "[B]", "eos_token": {"content": "[E]", "lstrip": true}, "unk_token": null, "cls_token": "[C]", "mask_token": "[M]",
             "additional_special_tokens": ["<x>", {"content": "<y>"}], "extra_special_tokens": {"image_token": "<i>"}, "added_tokens_decoder": {"9": {"content": "[B]", "special": true}}}
            """).Write("special_tokens_map.json", """{"bos_token": "[other]", "sep_token": "[S]"}""");
        Assert.Equal("[B][E][S][C][M]|Hi<x>,<y><i>", Render(folder.Path));
        Assert.Contains("special_tokens_map.json: bos_token: differs", Assert.Single(Warnings(folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_map_decides_where_the_configuration_has_no_added_tokens()
    {
        using var folder = FolderModel.Copy("smollm").Write("chat_template.jinja", "{{ bos_token }}")
            .Write("tokenizer_config.json", """{"bos_token": "[B]"}""").Write("special_tokens_map.json", "\ufeff{\"bos_token\": {\"content\": \"[other]\"}}");
        Assert.Equal("[other]", Render(folder.Path));
    }

    [Fact]
    public void Files_with_a_byte_order_mark_are_read_as_if_it_were_not_there()
    {
        using var folder = FolderModel.Copy("smollm").Write("tokenizer_config.json", "\ufeff{\"bos_token\": \"[B]\"}").Write("chat_template.jinja", "\ufeff{{ bos_token }}");
        foreach (var name in (string[])["config.json", "generation_config.json"])
        {
            var text = File.ReadAllText(folder.File(name));
            File.SetAttributes(folder.File(name), FileAttributes.Normal);
            folder.Write(name, "\ufeff" + text);
        }

        Assert.Equal("[B]", Render(folder.Path));
    }

    private static string Render(string model)
    {
        using var source = ModelSource.Open(model);
        return string.Concat(source.ReadTemplate()!.Render([new("user", "Hi")], addGenerationPrompt: true, source.ReadTokenizer().TemplateVariables()).Select(p => p.Text));
    }

    private static IReadOnlyList<string> Warnings(string model)
    {
        using var source = ModelSource.Open(model);
        source.ReadTokenizer();
        return source.Warnings;
    }
}
