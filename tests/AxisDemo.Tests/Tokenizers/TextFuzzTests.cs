using System.Text;
using AxisDemo.Tests.Formats;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

/// <summary>Text from strangers: any text is encoded, and comes back; any conversation is rendered or refused; any template ends.</summary>
public class TextFuzzTests
{
    private static readonly Lazy<HashSet<byte>> s_known = new(() =>
        [.. Enumerable.Range(0, Golden.SmolLm.VocabularySize).Where(id => Golden.SmolLm.Bytes(id).Length == 1).Select(id => Golden.SmolLm.Bytes(id)[0])]);

    public static TheoryData<string> Templates => ["smollm2", "llama-3", "llama-3.1", "qwen3", "gemma-2", "gemma-3"];

    [Fact]
    public void Any_text_is_encoded_and_comes_back() => Fuzzing.Run("text", Mutations.Text, text =>
    {
        var tokenizer = Golden.SmolLm;
        // What is not Unicode (half a surrogate pair) counts as U+FFFD. Bytes that begin no assigned character have no token in this vocabulary.
        var bytes = Encoding.UTF8.GetBytes(text);
        var expected = bytes.All(s_known.Value.Contains) ? Encoding.UTF8.GetString(bytes) : null;
        foreach (var special in new[] { false, true })
        {
            var ids = tokenizer.Encode(text, special);
            Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
            if (!special) Assert.DoesNotContain(ids, tokenizer.IsControl);
            if (expected is null) continue;
            Assert.Equal(expected, tokenizer.Decode(ids));
            var stream = new Utf8Stream();
            Assert.Equal(expected, string.Concat(ids.Select(id => stream.Push(tokenizer.Bytes(id)))) + stream.Flush());
        }
    }, someAreRefused: false);

    [Fact]
    public void Any_bytes_become_text() => Fuzzing.Run("bytes", seed =>
    {
        var bytes = new byte[new Random(seed).Next(64)];
        new Random(seed).NextBytes(bytes);
        return (bytes, seed);
    }, input =>
    {
        var random = new Random(input.seed);
        var (stream, text) = (new Utf8Stream(), new StringBuilder());
        for (var at = 0; at < input.bytes.Length;)
        {
            var end = Math.Min(input.bytes.Length, at + random.Next(1, 5));
            text.Append(stream.Push(input.bytes.AsSpan(at, end - at)));
            at = end;
        }

        Assert.Equal(Encoding.UTF8.GetString(input.bytes), text.Append(stream.Flush()).ToString());
    }, someAreRefused: false);

    [Theory, MemberData(nameof(Templates))]
    public void Any_conversation_is_rendered_or_refused_by_the_template(string name)
    {
        var template = Template(name);
        Fuzzing.Run(name, Conversation, messages => template.Render(messages, addGenerationPrompt: messages.Count % 2 == 1, Variables), someAreRefused: false);
    }

    [Theory, MemberData(nameof(Templates))]
    public void A_damaged_template_is_rendered_or_refused(string name)
    {
        var source = Encoding.UTF8.GetBytes(Template(name).Source);
        Fuzzing.Run(name, seed => (Encoding.UTF8.GetString(Mutations.Of(source, seed)), Conversation(seed)),
            input => ChatTemplate.Parse(input.Item1, "damaged").Render(input.Item2, addGenerationPrompt: true, Variables));
    }

    private static Dictionary<string, object?> Variables => new() { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };

    private static ChatTemplate Template(string name) =>
        ChatTemplate.Parse(File.ReadAllText(Repository.Fixture("tokenizers", $"chat-template-{name}.jinja")), name);

    private static List<ChatMessage> Conversation(int seed)
    {
        var random = new Random(seed);
        string[] roles = ["user", "assistant", "system", "tool", Mutations.Text(seed)];
        return [.. Enumerable.Range(0, random.Next(1, 6)).Select(i => new ChatMessage(roles[random.Next(5) == 0 ? random.Next(roles.Length) : i % 2], Mutations.Text(seed * 8 + i)))];
    }
}
