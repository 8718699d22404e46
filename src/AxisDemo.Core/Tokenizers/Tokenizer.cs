using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>Builds tokenizers, whatever file they come from.</summary>
public static class Tokenizer
{
    /// <summary>Builds a tokenizer from a plain description.</summary>
    /// <exception cref="InputException">The description contradicts itself, or names a rule that is not known.</exception>
    public static ITokenizer Create(BpeVocabulary vocabulary) => vocabulary.Alphabet == BpeAlphabet.Bytes
        ? new ByteLevelTokenizer(vocabulary)
        : throw new InputException(vocabulary.Source, "tokenizer.ggml.model", "SentencePiece vocabularies cannot be read yet.", "Use a model with a byte-level vocabulary.");

    /// <summary>Reads the tokenizer inside a GGUF file. Nothing of the file is needed afterwards.</summary>
    /// <exception cref="InputException">A key is missing, broken or of a kind not known; the message names it.</exception>
    public static ITokenizer FromGguf(GgufFile file) => Create(GgufVocabulary.Read(file));

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
