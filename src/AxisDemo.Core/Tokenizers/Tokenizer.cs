using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>Builds tokenizers, whatever file they come from.</summary>
public static class Tokenizer
{
    /// <summary>Builds a tokenizer from a plain description.</summary>
    /// <param name="vocabulary">The description.</param>
    /// <param name="warn">Takes the tokens whose type is overridden.</param>
    /// <exception cref="InputException">The description contradicts itself, or names a rule that is not known.</exception>
    public static ITokenizer Create(BpeVocabulary vocabulary, ModelWarning? warn = null)
    {
        vocabulary.Check();
        vocabulary = EndOfTurnTokens.Apply(vocabulary, warn);
        return vocabulary.Alphabet == BpeAlphabet.Bytes ? new ByteLevelTokenizer(vocabulary) : new CharacterTokenizer(vocabulary);
    }

    /// <summary>Reads the tokenizer inside a GGUF file. Nothing of the file is needed afterwards.</summary>
    /// <param name="file">The file.</param>
    /// <param name="warn">Takes what the file leaves open, and what of it is not applied.</param>
    /// <exception cref="InputException">A key is missing, broken or of a kind not known; the message names it.</exception>
    public static ITokenizer FromGguf(GgufFile file, ModelWarning? warn = null) => Create(GgufVocabulary.Read(file, warn), warn);

    /// <summary>
    /// Reads a <c>tokenizer.json</c>; the special tokens come from its post-processor and from the <c>tokenizer_config.json</c> and
    /// <c>special_tokens_map.json</c> beside it, where there are such.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="warn">Takes what of the files is not applied.</param>
    /// <exception cref="InputException">The file cannot be read, or asks for something that is not supported; the message names it.</exception>
    public static ITokenizer FromTokenizerJson(string path, ModelWarning? warn = null) => Create(TokenizerJson.Read(path, warn), warn);

    /// <summary>Reads the <c>tokenizer.json</c> of a model's folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="rows">
    /// Rows of the model's embedding. Added tokens beyond them are left out (Gemma 3's text models share a tokenizer with those that see
    /// pictures); a vocabulary that reaches beyond them is another model's.
    /// </param>
    /// <param name="endOfTurn">Ids that end an answer, besides what the tokenizer says.</param>
    /// <param name="warn">Takes what of the files is not applied.</param>
    /// <exception cref="InputException">As for <see cref="FromTokenizerJson"/>; or the tokenizer is another model's.</exception>
    public static ITokenizer FromFolder(string folder, int rows = int.MaxValue, IReadOnlyList<int>? endOfTurn = null, ModelWarning? warn = null)
    {
        var path = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(path)) throw new InputException(folder, "tokenizer.json", "is missing in the folder.", "Download the model's tokenizer.json too.");
        return Create(TokenizerJson.Read(path, warn).CutTo(rows) with { EndOfTurn = endOfTurn ?? [] }, warn);
    }

    /// <summary>
    /// What chats give a template: <see cref="ITokenizer.SpecialTokens"/>, and <c>enable_thinking</c> = false: a model that can think aloud
    /// first answers at once. For <see cref="ChatTemplate.Render"/>.
    /// </summary>
    public static Dictionary<string, object?> TemplateVariables(this ITokenizer tokenizer) => new(tokenizer.SpecialTokens) { ["enable_thinking"] = false };

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
