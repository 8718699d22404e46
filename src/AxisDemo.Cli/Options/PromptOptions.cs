using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Serving;
using AxisDemo.Tokenizers;

namespace AxisDemo.Cli;

/// <summary>The ways to say what a model is given: token ids, a file of messages, or one question.</summary>
internal sealed class PromptOptions
{
    private const long LongestFile = 16 << 20;
    private readonly Option<string?> ids = new("--ids") { Description = "The prompt as token ids: 1,2,3.", HelpName = "IDS" };
    private readonly Option<string?> messages = MessagesOption(required: false);
    private readonly Option<string?> prompt = new("--prompt") { Description = "One user message.", HelpName = "TEXT" };
    private readonly Option<string?> system = new("--system") { Description = "With --prompt: the system message.", HelpName = "TEXT" };
    private readonly Option<string[]> set = SetOption();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { ids, messages, prompt, system, set }) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            var given = new Option[] { ids, messages, prompt }.Count(o => result.GetResult(o) is not null);
            if (given != 1) result.AddError("Give the prompt: one of --ids, --messages and --prompt.");
        });
    }

    public static Option<string?> MessagesOption(bool required) => new("--messages")
    {
        Description = "The conversation: a JSON file [{\"role\",\"content\"}, …]; - reads it from stdin.",
        HelpName = "F.json",
        Required = required,
    };

    public static Option<string[]> SetOption() => new("--set")
    {
        Description = "A variable of the chat template: enable_thinking=false. May be given again.",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    /// <summary>The prompt's tokens, and which of them are the template's own. The template is asked for only where it is needed: ids need none.</summary>
    public Prompt Read(ParseResult parsed, ITokenizer tokenizer, Func<ChatTemplate> template)
    {
        if (parsed.GetValue(ids) is { } text)
        {
            var list = ParseIds(text, tokenizer.VocabularySize);
            return new Prompt(list, [.. list.Select(tokenizer.IsControl)]);
        }

        var conversation = parsed.GetValue(messages) is { } file ? ReadMessages(file)
            : [.. parsed.GetValue(system) is { } s ? [new ChatMessage("system", s)] : Array.Empty<ChatMessage>(), new ChatMessage("user", parsed.GetValue(prompt)!)];
        // An answer at once, unless --set enable_thinking=true.
        var variables = tokenizer.TemplateVariables();
        foreach (var (name, value) in Variables(tokenizer, parsed.GetValue(set)!)) variables[name] = value;
        return Conversation.Encode(tokenizer, template(), conversation, variables: variables);
    }

    public static int[] ParseIds(string text, int vocabulary, string option = "--ids")
    {
        // Commas, blanks, or both: between two commas there is a number.
        var parts = text.Trim().Length == 0 ? [] : text.Split(',').SelectMany(part => part.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } some ? some : [""]).ToArray();
        var ids = new int[parts.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out ids[i]) || ids[i] >= vocabulary)
                throw new InputException(option, parts[i].Length > 0 ? parts[i] : "(empty)", $"is no token; ids are 0 to {vocabulary - 1}.", "Give them with commas: 1,2,3.");
        }

        return ids.Length > 0 ? ids : throw new InputException(option, "", "there is no id.", "Give them with commas: 1,2,3.");
    }

    public static List<ChatMessage> ReadMessages(string path)
    {
        InputException Fault(string field, string fault, Exception? inner = null) =>
            new(path == "-" ? "stdin" : path, field, fault, "Give [{\"role\":\"user\",\"content\":\"…\"}, …].", inner);
        try
        {
            using var document = JsonInput.Parse(ReadBytes(path), path == "-" ? "stdin" : path, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Array) throw Fault("", "it is no list of messages.");
            return [.. document.RootElement.EnumerateArray().Select((message, i) =>
            {
                string? Text(string name) => message.ValueKind == JsonValueKind.Object && message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
                return new ChatMessage(
                    Text("role") ?? throw Fault($"message {i}, role", "is missing or no text."),
                    Text("content") ?? throw Fault($"message {i}, content", "is missing or no text.")) { Reasoning = Text("reasoning_content") };
            })];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair as a JSON escape.
            throw Fault("", $"it is not JSON: {e.Message}", e);
        }
    }

    /// <summary>What a template may ask for: the model's own tokens and the variables of <c>--set</c>; what nobody set stays undefined.</summary>
    public static Dictionary<string, object?> Variables(ITokenizer tokenizer, string[] set)
    {
        var variables = new Dictionary<string, object?>(tokenizer.SpecialTokens);
        foreach (var pair in set)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw new InputException("--set", pair, "is no NAME=VALUE.");
            var value = pair[(equals + 1)..];
            variables[pair[..equals]] = value switch
            {
                "true" => true,
                "false" => false,
                _ => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : value,
            };
        }

        return variables;
    }

    private static byte[] ReadBytes(string path)
    {
        if (path == "-") return Input.ReadAll(LongestFile);
        if (!File.Exists(path)) throw new InputException(path, "", "there is no such file.", "Give a JSON file with the messages.");
        return JsonInput.ReadFile(path, LongestFile);
    }
}
