using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>
/// Which tokens end a turn, and which are control tokens whatever type their file gives them. The names are llama.cpp's (its
/// <c>special_eog_ids</c>), which overrides types too, with what decision 19 leaves out and adds.
/// </summary>
internal static class EndOfTurnTokens
{
    // A vocabulary has one or two of them.
    private static readonly HashSet<string> s_names =
    [
        "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>", "<|end_of_turn|>", "<|END_OF_TURN_TOKEN|>", "<turn|>", "<end_of_utterance>",
        Harmony, "<|return|>", "<|call|>", "<|calls|>", "<|flush|>", "<|tool_response>", "<|endoftext|>", "<|end_of_text|>", "<eos>", Strike,
        "<EOT>", "_<EOT>", "\u2581<EOT>", "[EOT]", "[EOS]", "[e~[", "<｜end▁of▁sentence｜>",
    ];

    // Both have another meaning in some vocabularies.
    private const string Strike = "</s>", Harmony = "<|end|>";

    /// <summary>The vocabulary with its ends complete, and those and its other special tokens as control tokens; each type that changes is warned of.</summary>
    public static BpeVocabulary Apply(BpeVocabulary vocabulary, ModelWarning? warn)
    {
        var (tokens, types) = (vocabulary.Tokens, vocabulary.Types.ToArray());
        var made = new Lazy<HashSet<string>>(() => [.. vocabulary.Merges.Select(m => m.Left + m.Right)]);
        var ends = new HashSet<int>(vocabulary.EndOfTurn);
        if (vocabulary.Eos is { } eos) ends.Add(eos);
        foreach (var id in ends.Concat(vocabulary.Special.Where(id => id < types.Length)).Distinct().Order())
            if (types[id] is TokenType.UserDefined or TokenType.Unused || types[id] == TokenType.Normal && !Arises(id)) Override(id, "the file names it as a special token");
        for (var id = 0; id < types.Length; id++)
        {
            if (!s_names.Contains(tokens[id]) || types[id] != TokenType.Control && IsText(id)) continue;
            ends.Add(id);
            if (types[id] is not (TokenType.Control or TokenType.Unknown)) Override(id, "it ends turns");
        }

        // Where answers have several parts "<|end|>" ends a part.
        if (Has("<|return|>") && Has("<|call|>") || Has("<|calls|>") && Has("<|flush|>"))
            ends.RemoveWhere(id => tokens[id] == Harmony && id != vocabulary.Eos && !vocabulary.EndOfTurn.Contains(id));
        return vocabulary with { Types = types, EndOfTurn = [.. ends] };

        bool Has(string name) => ends.Any(id => tokens[id] == name);

        // What merges or scores make of a text is a word: "\n" as an end, "!" as padding.
        bool Arises(int id) => (vocabulary.Scores is not null && tokens[id] is not ("<s>" or Strike)) || tokens[id].Length == 1 || made.Value.Contains(tokens[id]);

        // HTML's end of struck-out text: a word in Qwen's vocabulary, a fixed string in Gemma's. It ends a sequence where "<s>" begins one.
        bool IsText(int id) => tokens[id] == Strike && !(vocabulary.Bos is { } bos && tokens[bos] == "<s>")
            || types[id] == TokenType.Normal && vocabulary.Scores is null && Arises(id);

        void Override(int id, string why)
        {
            warn?.Invoke(vocabulary.Source, vocabulary.TypesKey, $"token {id} '{Printable.Text(tokens[id])}' has the type {types[id]}, but {why}; it is taken as a control token, which no message can write.");
            types[id] = TokenType.Control;
        }
    }
}
