namespace AxisDemo.Tokenizers;

/// <summary>Text to token ids and back. Implementations are immutable to their callers and may be used from any thread.</summary>
public interface ITokenizer
{
    /// <summary>Number of ids; valid ids are 0 .. VocabularySize - 1.</summary>
    int VocabularySize { get; }

    /// <summary>The begin-of-sequence token, where the vocabulary names one.</summary>
    int? Bos { get; }

    /// <summary>The end-of-sequence token, where the vocabulary names one.</summary>
    int? Eos { get; }

    /// <summary>Whether a prompt has to begin with <see cref="Bos"/>. See <see cref="Tokenizer.EncodePrompt"/>.</summary>
    bool AddBos { get; }

    /// <summary>The tokens after which an answer is over: <see cref="Eos"/> and the end-of-turn tokens that the vocabulary has.</summary>
    IReadOnlySet<int> EndOfTurn { get; }

    /// <summary>
    /// The special tokens by the names that templates use: bos_token, eos_token, unk_token, sep_token, pad_token, cls_token and mask_token to
    /// their texts as the model's files write them, additional_special_tokens to a list of texts. What the model lacks is not here.
    /// </summary>
    IReadOnlyDictionary<string, object?> SpecialTokens { get; }

    /// <summary>Encodes a text. No BOS is added.</summary>
    /// <param name="text">Any text; a lone surrogate counts as U+FFFD.</param>
    /// <param name="parseSpecial">True: strings of control tokens become those tokens. False: they are ordinary text.</param>
    int[] Encode(string text, bool parseSpecial);

    /// <summary>
    /// Encodes a rendered prompt as one text: merges run across the borders of the parts, but a control token is recognised
    /// only where every character of it was written by the template. No BOS is added.
    /// </summary>
    int[] Encode(IReadOnlyList<PromptPart> parts);

    /// <summary>The bytes a token stands for (control tokens: their text in UTF-8). Often not whole characters.</summary>
    ReadOnlySpan<byte> Bytes(int id);

    /// <summary>Whether the token is a control token: it never arises from a message's text.</summary>
    bool IsControl(int id);

    /// <summary>The text of a sequence: control tokens kept, broken UTF-8 as U+FFFD.</summary>
    string Decode(ReadOnlySpan<int> ids);
}
