using System.Text;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>Builds tokenizers, whatever file they come from.</summary>
public static class Tokenizer
{
    /// <summary>Builds a tokenizer from a plain description.</summary>
    /// <exception cref="InputException">The description contradicts itself, or names a rule that is not known.</exception>
    public static ITokenizer Create(BpeVocabulary vocabulary) => vocabulary.Alphabet == BpeAlphabet.Bytes
        ? new ByteLevelTokenizer(vocabulary)
        : new CharacterTokenizer(vocabulary);

    /// <summary>Reads the tokenizer inside a GGUF file. Nothing of the file is needed afterwards.</summary>
    /// <exception cref="InputException">A key is missing, broken or of a kind not known; the message names it.</exception>
    public static ITokenizer FromGguf(GgufFile file) => Create(GgufVocabulary.Read(file));

    /// <summary>
    /// Reads a <c>tokenizer.json</c>; BOS and EOS come from its post-processor and from the <c>tokenizer_config.json</c> beside it,
    /// where there is one.
    /// </summary>
    /// <exception cref="InputException">The file cannot be read, or asks for something that is not supported; the message names it.</exception>
    public static ITokenizer FromTokenizerJson(string path) => Create(TokenizerJson.Read(path));

    /// <summary>Reads the <c>tokenizer.json</c> of a model's folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="rows">
    /// Rows of the model's embedding. Added tokens beyond them are left out (Gemma 3's text models share a tokenizer with those that see
    /// pictures); a vocabulary that reaches beyond them is another model's.
    /// </param>
    /// <param name="endOfTurn">Ids that end an answer, besides what the tokenizer says.</param>
    /// <exception cref="InputException">As for <see cref="FromTokenizerJson"/>; or the tokenizer is another model's.</exception>
    public static ITokenizer FromFolder(string folder, int rows = int.MaxValue, IReadOnlyList<int>? endOfTurn = null)
    {
        var path = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(path)) throw new InputException(folder, "tokenizer.json", "is missing in the folder.", "Download the model's tokenizer.json too.");
        return Create(TokenizerJson.Read(path).CutTo(rows) with { EndOfTurn = endOfTurn ?? [] });
    }

    /// <summary>
    /// What chats give a template: <c>bos_token</c> and <c>eos_token</c>, where the vocabulary has them, and <c>enable_thinking</c> = false:
    /// a model that can think aloud first answers at once. For <see cref="ChatTemplate.Render"/>.
    /// </summary>
    public static Dictionary<string, object?> TemplateVariables(this ITokenizer tokenizer)
    {
        var variables = new Dictionary<string, object?> { ["enable_thinking"] = false };
        if (tokenizer.Bos is { } bos) variables["bos_token"] = Encoding.UTF8.GetString(tokenizer.Bytes(bos));
        if (tokenizer.Eos is { } eos) variables["eos_token"] = Encoding.UTF8.GetString(tokenizer.Bytes(eos));
        return variables;
    }

    /// <summary>
    /// Encodes a prompt as the model expects it: with BOS in front where the vocabulary asks for one, but never twice
    /// (most templates write it themselves).
    /// </summary>
    public static int[] EncodePrompt(this ITokenizer tokenizer, IReadOnlyList<PromptPart> parts)
    {
        var ids = tokenizer.Encode(parts);
        return tokenizer is { AddBos: true, Bos: { } bos } && (ids.Length == 0 || ids[0] != bos) ? [bos, .. ids] : ids;
    }
}
