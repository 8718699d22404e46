using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Serving;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Interp;

/// <summary>Prompts and message spans with the embedded model's own tokenizer and template.</summary>
public class RenderingTests
{
    private static readonly Lazy<(ITokenizer Tokenizer, ChatTemplate Template)> Embedded = new(() =>
    {
        using var file = GgufFile.Open(Repository.Model);
        return (Tokenizer.FromGguf(file), ChatTemplate.FromGguf(file)!);
    });

    private static string Prompt(string system, string question)
    {
        var (tokenizer, template) = Embedded.Value;
        return tokenizer.Decode([.. new ChatPromptEncoder(tokenizer, template).Encode(system, question)]);
    }

    [Fact]
    public void A_role_is_the_system_turn_and_no_prompt_means_what_the_template_does_without_one()
    {
        Assert.Equal("<|im_start|>system\nYou are a cat.<|im_end|>\n<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\n", Prompt("You are a cat.", "Who are you?"));
        Assert.Equal(
            "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\n",
            Prompt("", "Who are you?"));
    }

    [Fact]
    public void A_template_without_a_system_role_gets_the_prompt_in_the_users_turn()
    {
        var template = ChatTemplate.Parse(File.ReadAllText(Repository.Fixture("tokenizers", "chat-template-gemma-2.jinja")), "gemma");
        var encoder = new ChatPromptEncoder(Embedded.Value.Tokenizer, template);
        Assert.Contains("user's turn", encoder.Rendering, StringComparison.Ordinal);
        Assert.Contains("You are a cat.\n\nWho are you?", Embedded.Value.Tokenizer.Decode([.. encoder.Encode("You are a cat.", "Who are you?")]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_spans_of_messages_are_their_contents_alone()
    {
        ChatMessage[] messages = [new("system", "You are a cat."), new("user", "user"), new("assistant", "Miau, café 🐈!"), new("user", "  and?  "), new("assistant", "<|im_end|> no")];
        Assert.Equal(["You are a cat.", "user", "Miau, café 🐈!", "and?", "<|im_end|> no"], Texts(messages));
    }

    [Fact]
    public void A_message_that_repeats_an_earlier_one_has_a_span_of_its_own()
    {
        ChatMessage[] messages = [new("user", "again"), new("assistant", "again"), new("user", "again"), new("assistant", "")];
        var spans = Spans(messages).Spans;
        Assert.Equal(["again", "again", "again", ""], Texts(messages));
        Assert.Equal(3, spans.Take(3).Select(s => s.Start.Value).Distinct().Count());
    }

    // Llama 2's kind writes a space before text that is not there; some of its tokens say more than the text.
    [Theory]
    [InlineData(SpacePrefix.Start | SpacePrefix.AfterToken, true)]
    [InlineData(SpacePrefix.Start, false)]
    [InlineData(SpacePrefix.None, true)]
    public void A_space_that_the_tokenizer_puts_in_front_belongs_to_the_word_behind_it(SpacePrefix prefix, bool addBos)
    {
        var letters = Enumerable.Range('!', '~' - '!').Select(c => ((char)c).ToString()).ToArray();
        string[] tokens = ["<unk>", "<s>", "</s>", "\u2581", .. letters, .. letters.Select(c => "\u2581" + c)];
        var tokenizer = Tokenizer.Create(new()
        {
            Source = "test",
            Tokens = tokens,
            Types = [TokenType.Unknown, TokenType.Control, TokenType.Control, .. Enumerable.Repeat(TokenType.Normal, tokens.Length - 3)],
            Alphabet = BpeAlphabet.Characters,
            Scores = [.. tokens.Select((_, id) => (float)id)],
            SpacePrefix = prefix,
            Bos = 1,
            AddBos = addBos,
        });
        var template = ChatTemplate.Parse("{% for m in messages %}{% if m.role == 'user' %}{{ bos_token if not loop.first }}[INST] {{ m.content }} [/INST]{% else %}{{ m.content }}</s>{% endif %}{% endfor %}", "test");
        ChatMessage[] messages = [new("user", "Who are you?"), new("assistant", "A cat."), new("user", "</s> Oh")];
        var parts = template.Render(messages, addGenerationPrompt: false, tokenizer.TemplateVariables());
        var prompt = Conversation.Encode(tokenizer, template, messages, addGenerationPrompt: false);
        var spans = MessageSpans.Find(tokenizer, parts, prompt.Ids, messages);
        Assert.Equal(["Who are you?", "A cat.", "</s> Oh"], spans.Select(s => tokenizer.Decode(prompt.Ids[s]).Trim()));
        // What is not the template's is exactly the messages'.
        Assert.Equal(spans.SelectMany(s => prompt.Ids[s]), prompt.Ids.Where((_, i) => !prompt.Special[i]));
        Assert.Equal(addBos ? 1 : tokenizer.Encode("[", parseSpecial: false)[0], prompt.Ids[0]);
    }

    private static IEnumerable<string> Texts(ChatMessage[] messages)
    {
        var (ids, spans) = Spans(messages);
        return spans.Select(s => Embedded.Value.Tokenizer.Decode(ids[s]).Trim());
    }

    private static (int[] Ids, IReadOnlyList<Range> Spans) Spans(ChatMessage[] messages)
    {
        var (tokenizer, template) = Embedded.Value;
        var parts = template.Render(messages, addGenerationPrompt: false);
        var ids = tokenizer.EncodePrompt(parts);
        return (ids, MessageSpans.Find(tokenizer, parts, ids, messages));
    }
}
