using System.Text;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>What every token stands for: bytes in one block of memory, and the type.</summary>
internal sealed class TokenTable
{
    // What chat models end a turn with; a vocabulary has one or two of them.
    private static readonly HashSet<string> s_endOfTurn =
    [
        "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>", "<|end|>", "<|endoftext|>", "<|end_of_text|>", "<eos>", "</s>",
        "<|end_of_turn|>", "<|return|>", "<｜end▁of▁sentence｜>",
    ];

    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly TokenType[] _types;

    /// <param name="vocabulary">The tokens.</param>
    /// <param name="decode">The bytes of a token, from its spelling and type.</param>
    /// <exception cref="InputException">The description contradicts itself.</exception>
    public TokenTable(BpeVocabulary vocabulary, Func<string, TokenType, byte[]> decode)
    {
        var (tokens, source) = (vocabulary.Tokens, vocabulary.Source);
        if (tokens.Count == 0) throw new InputException(source, "tokens", "the vocabulary is empty.");
        if (vocabulary.Types.Count != tokens.Count)
            throw new InputException(source, "tokenizer.ggml.token_type", $"{vocabulary.Types.Count} types for {tokens.Count} tokens; one each is needed.");
        if (vocabulary.Scores is { } scores && scores.Count != tokens.Count)
            throw new InputException(source, "tokenizer.ggml.scores", $"{scores.Count} scores for {tokens.Count} tokens; one each is needed.");
        CheckId(vocabulary.Bos, "bos_token_id");
        CheckId(vocabulary.Eos, "eos_token_id");
        CheckId(vocabulary.Unknown, "unknown_token_id");
        foreach (var id in vocabulary.EndOfTurn) CheckId(id, "end-of-turn token id");

        _types = [.. vocabulary.Types];
        _offsets = new int[tokens.Count + 1];
        var bytes = new MemoryStream();
        for (var id = 0; id < tokens.Count; id++)
        {
            bytes.Write(decode(tokens[id], _types[id]));
            _offsets[id + 1] = checked((int)bytes.Length);
        }
        _bytes = bytes.ToArray();

        var ends = new HashSet<int>(vocabulary.EndOfTurn);
        if (vocabulary.Eos is { } eos) ends.Add(eos);
        for (var id = 0; id < tokens.Count; id++)
            if (_types[id] == TokenType.Control && s_endOfTurn.Contains(tokens[id])) ends.Add(id);
        EndOfTurn = ends;

        void CheckId(int? id, string field)
        {
            if (id < 0 || id >= tokens.Count)
                throw new InputException(source, $"tokenizer.ggml.{field}", $"id {id} lies outside the vocabulary of {tokens.Count} tokens.");
        }
    }

    public int Count => _types.Length;

    public IReadOnlySet<int> EndOfTurn { get; }

    public bool IsControl(int id) => _types[Checked(id)] is TokenType.Control or TokenType.Unknown;

    public ReadOnlySpan<byte> Bytes(int id) => _bytes.AsSpan(_offsets[Checked(id)].._offsets[id + 1]);

    public string Decode(ReadOnlySpan<int> ids)
    {
        var length = 0;
        foreach (var id in ids) length = checked(length + Bytes(id).Length);
        var bytes = new byte[length];
        var at = 0;
        foreach (var id in ids)
        {
            Bytes(id).CopyTo(bytes.AsSpan(at));
            at += Bytes(id).Length;
        }
        return Encoding.UTF8.GetString(bytes);
    }

    private int Checked(int id) => (uint)id < (uint)_types.Length
        ? id
        : throw new InputException("request", "token id", $"{id} lies outside the vocabulary of {_types.Length} tokens.");
}
