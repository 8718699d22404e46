namespace AxisDemo.Tokenizers;

/// <summary>What kind of token an entry of a vocabulary is; the numbers are those of GGUF's <c>tokenizer.ggml.token_type</c>.</summary>
public enum TokenType
{
    /// <summary>Made by merges.</summary>
    Normal = 1,
    /// <summary>Stands for text the vocabulary cannot express.</summary>
    Unknown = 2,
    /// <summary>Recognised only where the template wrote it.</summary>
    Control = 3,
    /// <summary>A fixed string, cut out of every text before anything else.</summary>
    UserDefined = 4,
    /// <summary>A place kept free.</summary>
    Unused = 5,
    /// <summary>One byte, written <c>&lt;0xNN&gt;</c>.</summary>
    Byte = 6,
}

/// <summary>How characters become the symbols that are merged.</summary>
public enum BpeAlphabet
{
    /// <summary>UTF-8 bytes, each written as one printable character (GPT-2 and its heirs).</summary>
    Bytes,
    /// <summary>Characters, a space written U+2581, with byte tokens for what the vocabulary lacks (SentencePiece).</summary>
    Characters,
}

/// <summary>Where a space is put before text, so that a word at the beginning is the word it is elsewhere.</summary>
[Flags]
public enum SpacePrefix
{
    /// <summary>Nowhere.</summary>
    None = 0,
    /// <summary>At the beginning of a text.</summary>
    Start = 1,
    /// <summary>Behind an added token.</summary>
    AfterToken = 2,
    /// <summary>Not where a space stands already.</summary>
    UnlessSpace = 4,
}

/// <summary>Two neighbours that are joined.</summary>
/// <param name="Left">The left token, as the vocabulary spells it.</param>
/// <param name="Right">The right token, as the vocabulary spells it.</param>
public readonly record struct BpeMerge(string Left, string Right);

/// <summary>A plain description of a BPE tokenizer, whatever file it came from. <see cref="Tokenizer.Create"/> builds the tokenizer.</summary>
public sealed record BpeVocabulary
{
    /// <summary>The file (or what stands for it) that errors name.</summary>
    public required string Source { get; init; }

    /// <summary>The tokens as the vocabulary spells them, by id.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>Their types, by id; as many as tokens.</summary>
    public required IReadOnlyList<TokenType> Types { get; init; }

    /// <summary>Bytes or characters.</summary>
    public BpeAlphabet Alphabet { get; init; } = BpeAlphabet.Bytes;

    /// <summary>The merges in order of rank, first is strongest. Empty when <see cref="Scores"/> decide.</summary>
    public IReadOnlyList<BpeMerge> Merges { get; init; } = [];

    /// <summary>A score per token, higher joins first (SentencePiece vocabularies in GGUF files); null when <see cref="Merges"/> decide.</summary>
    public IReadOnlyList<float>? Scores { get; init; }

    /// <summary>The name of the rule that cuts text into pieces before merging, as GGUF's <c>tokenizer.ggml.pre</c> has it. Only for <see cref="BpeAlphabet.Bytes"/>.</summary>
    public string PreTokenizer { get; init; } = "";

    /// <summary>Whether text is brought into Unicode's normal form C first; null for what the family of <see cref="PreTokenizer"/> does.</summary>
    public bool? Compose { get; init; }

    /// <summary>Whether a piece that is itself a token is taken whole, before any merge; null for what the family of <see cref="PreTokenizer"/> does.</summary>
    public bool? IgnoreMerges { get; init; }

    /// <summary>Only for <see cref="BpeAlphabet.Characters"/>: where a space is put before text (Llama 2, Mistral).</summary>
    public SpacePrefix SpacePrefix { get; init; }

    /// <summary>The begin-of-sequence id.</summary>
    public int? Bos { get; init; }

    /// <summary>The end-of-sequence id.</summary>
    public int? Eos { get; init; }

    /// <summary>What stands for a character (of <see cref="BpeAlphabet.Bytes"/>: a byte) that the vocabulary cannot express; null drops it.</summary>
    public int? Unknown { get; init; }

    /// <summary>Whether <see cref="Unknown"/> stands once for neighbours that cannot be expressed.</summary>
    public bool FuseUnknown { get; init; } = true;

    /// <summary>Whether prompts begin with <see cref="Bos"/>.</summary>
    public bool AddBos { get; init; }

    /// <summary>Ids that end a turn besides <see cref="Eos"/> and the tokens known by name.</summary>
    public IReadOnlyList<int> EndOfTurn { get; init; } = [];

    /// <summary>Ids that the file names as special (begin, padding, mask ...): control tokens, unless they are words that text is made of. Those beyond the vocabulary do not count.</summary>
    public IReadOnlyList<int> Special { get; init; } = [];

    /// <summary>What a template may ask for by name: see <see cref="ITokenizer.SpecialTokens"/>. <see cref="Bos"/> and <see cref="Eos"/> count without being here.</summary>
    public IReadOnlyDictionary<string, object?> SpecialTokens { get; init; } = new Dictionary<string, object?>();

    /// <summary>Where the file says what type a token has, for warnings.</summary>
    public string TypesKey { get; init; } = "tokenizer.ggml.token_type";

    /// <summary>Checks what tokenizers rely on.</summary>
    /// <exception cref="Formats.InputException">The description contradicts itself.</exception>
    internal void Check()
    {
        if (Tokens.Count == 0) throw new Formats.InputException(Source, "tokens", "the vocabulary is empty.");
        if (Types.Count != Tokens.Count)
            throw new Formats.InputException(Source, TypesKey, $"{Types.Count} types for {Tokens.Count} tokens; one each is needed.");
        if (Scores is { } scores && scores.Count != Tokens.Count)
            throw new Formats.InputException(Source, "tokenizer.ggml.scores", $"{scores.Count} scores for {Tokens.Count} tokens; one each is needed.");
        CheckId(Bos, "bos_token_id");
        CheckId(Eos, "eos_token_id");
        CheckId(Unknown, "unknown_token_id");
        foreach (var id in EndOfTurn) CheckId(id, "end-of-turn token id");

        void CheckId(int? id, string field)
        {
            if (id < 0 || id >= Tokens.Count)
                throw new Formats.InputException(Source, $"tokenizer.ggml.{field}", $"id {id} lies outside the vocabulary of {Tokens.Count} tokens.");
        }
    }

    /// <summary>The vocabulary without the added tokens from an id on.</summary>
    /// <exception cref="Formats.InputException">Ordinary tokens lie there.</exception>
    internal BpeVocabulary CutTo(int rows)
    {
        if (Tokens.Count <= rows) return this;
        if (Types.Skip(rows).Any(t => t is TokenType.Normal or TokenType.Byte))
            throw new Formats.InputException(Source, "model.vocab", $"has {Tokens.Count} tokens; the model's embedding has {rows} rows.", "It is another model's tokenizer: take the one that was published with the weights.");
        return this with { Tokens = [.. Tokens.Take(rows)], Types = [.. Types.Take(rows)] };
    }
}
