using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>What stands where a model brings no tokenizer: it runs on token ids, and who asks for text is told what is missing.</summary>
/// <param name="folder">The model's folder, for the message.</param>
/// <param name="size">Number of token ids.</param>
/// <param name="endOfTurn">The ids that end an answer.</param>
/// <param name="specialTokens">What a template may ask for by name.</param>
internal sealed class IdTokenizer(string folder, int size, IEnumerable<int> endOfTurn, IReadOnlyDictionary<string, object?> specialTokens) : ITokenizer
{
    public int VocabularySize => size;

    public int? Bos => null;

    public int? Eos => null;

    public bool AddBos => false;

    public IReadOnlySet<int> EndOfTurn { get; } = endOfTurn.ToHashSet();

    public IReadOnlyDictionary<string, object?> SpecialTokens => specialTokens;

    public int[] Encode(string text, bool parseSpecial) => throw Missing();

    public int[] Encode(IReadOnlyList<PromptPart> parts) => throw Missing();

    /// <summary>No bytes: what a token stands for is not known.</summary>
    public ReadOnlySpan<byte> Bytes(int id) => [];

    public bool IsControl(int id) => false;

    public string Decode(ReadOnlySpan<int> ids) => "";

    private InputException Missing() =>
        new(folder, "tokenizer.json", "is missing, so text cannot become tokens.", "Put the model's tokenizer.json beside its weights, or give token ids.");
}
