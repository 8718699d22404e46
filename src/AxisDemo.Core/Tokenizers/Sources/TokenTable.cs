using System.Text;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>What every token stands for: bytes in one block of memory, and the type.</summary>
internal sealed class TokenTable
{
    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly TokenType[] _types;

    /// <param name="vocabulary">The tokens.</param>
    /// <param name="decode">The bytes of a token, from its spelling and type.</param>
    public TokenTable(BpeVocabulary vocabulary, Func<string, TokenType, byte[]> decode)
    {
        var tokens = vocabulary.Tokens;
        _types = [.. vocabulary.Types];
        _offsets = new int[tokens.Count + 1];
        var bytes = new MemoryStream();
        for (var id = 0; id < tokens.Count; id++)
        {
            bytes.Write(decode(tokens[id], _types[id]));
            _offsets[id + 1] = checked((int)bytes.Length);
        }
        _bytes = bytes.ToArray();

        EndOfTurn = vocabulary.EndOfTurn.ToHashSet();
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
