using System.Text;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model;
using AxisDemo.Model.Loading;
using AxisDemo.Tests.Formats;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Interp;

/// <summary>JSON from strangers: odd values in odd places, or damaged bytes, are read or refused.</summary>
public sealed class JsonFuzzTests : IDisposable
{
    private const string Interventions = """
        [{"kind":"cap","vector":"v.safetensors#all","layers":"1:3","threshold":[-1.5,2]},
         {"kind":"cap","axis":"x.axis.safetensors","layers":"2","threshold":"p75","positions":"no-special"},
         {"kind":"add","vector":"v.safetensors#one","layers":3,"coefficient":2.0},
         {"kind":"mean_ablate","vector":"v.safetensors#one","mean":"v.safetensors#one","layers":"0:4","site":"attn_out","positions":"generated"},
         {"kind":"mask_head","heads":[[0,1],[3,2]],"value":"mean","mean":"v.safetensors#all"},
         {"kind":"patch","site":"z","layers":"1:2","heads":[0,2],"positions":[0,3],"values":"v.safetensors#all"},
         {"kind":"freeze","layers":1,"values":"v.safetensors#patterns"}]
        """;

    private const string Role = """{"role":"pirate","description":"of the sea","prompts":["You are a pirate.","Speak as a pirate."]}""";

    private const string Questions = """{"questions":["Who are you?","What is the sea?"]}""";

    private const string TokenizerFile = """
        {"added_tokens":[{"id":5,"content":"<s>","special":true,"lstrip":false},{"id":7,"content":"</s>","special":true}],
         "normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":true},
         "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]},
         "model":{"type":"BPE","dropout":null,"vocab":{"a":0,"b":1,"\u0120":2,"ab":3,"\u0120ab":4},"merges":["a b",["\u0120","ab"]]}}
        """;

    private readonly TemporaryFolder folder = new();

    public JsonFuzzTests()
    {
        SafetensorsWriter.Write(folder.File("v.safetensors"), [("one", [3L], new[] { 3f, 0, 4 }), ("all", [4L, 3], Enumerable.Range(1, 12).Select(i => (float)i).ToArray()), ("patterns", [3L, 2, 2], new float[12])]);
        new AxisFile(new AxisParts
        {
            Layers = 4,
            Width = 3,
            Axis = [.. Enumerable.Range(1, 12).Select(i => (float)i)],
            PercentileTable = [.. Enumerable.Range(0, 4 * AxisFile.Percentiles).Select(i => (float)i)],
            Provenance = new AxisProvenance { DisplayLayer = 2, ModelSha256 = "abc" },
        }).Write(folder.File("x.axis.safetensors"));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Interventions_are_read_or_refused() => Fuzz(JsonFuzzTests.Interventions, "i.json", path =>
        InterventionFile.Read(path, new VectorLibrary(new ModelInfo("Tiny", "tiny.gguf", "abc", "llama", 1, "F32", 4, 3, 64, 10, "CPU") { Heads = 3, KvHeads = 1, HeadDim = 1 }, folder.File)));

    [Fact]
    public void Roles_are_read_or_refused() => Fuzz(Role, "pirate.json", path => PromptFiles.Role(path));

    [Fact]
    public void Questions_are_read_or_refused() => Fuzz(Questions, "questions.json", path => PromptFiles.Questions(path));

    [Fact]
    public void Questions_in_lines_are_read_or_refused() => Fuzz("{\"question\":\"Who?\"}\n{\"question\":\"What?\"}\n", "questions.jsonl", path => PromptFiles.Questions(path));

    [Fact]
    public void A_tokenizer_is_read_or_refused() => Fuzz(TokenizerFile, "tokenizer.json", path =>
    {
        var tokenizer = Tokenizer.FromTokenizerJson(path);
        _ = tokenizer.Decode(tokenizer.Encode("<s> abab <b>", parseSpecial: true));
    });

    [Fact]
    public void A_template_in_a_configuration_is_read_or_refused() =>
        Fuzz("""{"eos_token":{"content":"</s>"},"chat_template":[{"name":"default","template":"{{ messages[0].content }}"}]}""", "tokenizer_config.json",
            path => ChatTemplate.FromFolder(Path.GetDirectoryName(path)!)?.Render([new ChatMessage("user", "Hi")], addGenerationPrompt: true));

    [Theory]
    [InlineData("llama3")]
    [InlineData("gemma2")]
    [InlineData("gemma3")]
    public void The_configuration_of_a_models_folder_is_read_or_refused(string family)
    {
        var source = Repository.Fixture("tiny-models", family);
        File.Copy(Path.Combine(source, "model.safetensors"), folder.File("model.safetensors"));
        Fuzz(File.ReadAllText(Path.Combine(source, "config.json")), "config.json", path =>
        {
            using var opened = ModelSource.Open(Path.GetDirectoryName(path)!);
            _ = opened.Config;
        });
    }

    private void Fuzz(string valid, string name, Action<string> read)
    {
        var bytes = Encoding.UTF8.GetBytes(valid);
        Fuzzing.Run(name, seed =>
        {
            File.WriteAllBytes(folder.File(name), Mutations.OfJson(bytes, seed));
            return folder.File(name);
        }, read);
    }
}
