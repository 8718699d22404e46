using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using AxisDemo.Formats;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>Reads conversations that somebody hands in (this program's files and published transcripts), and writes them.</summary>
public static partial class ConversationJson
{
    /// <summary>What a message calls an imported file.</summary>
    public const string Origin = "conversation";

    /// <summary>Different further axes that a file's answers may have between them: each is columns of every row of the table that is made of it.</summary>
    public const int MostAxes = 16;

    private const string Remedy = "Choose a file that was saved here, or a transcript in the published layout.";
    private const string NumberOfColumns = "A conversation has one to four columns, and their letters are a, b, c and d.";
    private const string NoUnicode = "it holds text that is no Unicode.";
    private const int MostTokensInAll = 500_000; // each is a row of the table

    // Said in the description of the API too.
    internal const int MostTurns = 2000;
    internal const int MostSamples = 16;
    internal const int MostTokens = 100_000;
    internal const int MostLayers = 10_000;
    internal const int LongestText = 1_000_000;
    internal const int LongestName = 500;
    internal static readonly string[] Histories = ["own", .. Columns.All.Select(column => $"from{column}")];
    internal static readonly NumberRange Temperatures = SamplingRanges.Temperature;
    internal static readonly NumberRange RepetitionPenalties = new(0, double.MaxValue, AboveLeast: true);
    internal static readonly NumberRange Percentiles = new(0, 100);
    internal static readonly NumberRange Strengths = new(-100, 100);

    /// <summary>How this file format is written: camelCase, no field that is null.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        MaxDepth = 16,
        // Readable in any script; what could be markup stays escaped.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new WholeNumberConverter() },
    };

    /// <summary>The file's bytes, UTF-8.</summary>
    public static byte[] Write(ConversationFile conversation) => JsonSerializer.SerializeToUtf8Bytes(conversation, Options);

    /// <summary>Reads a file: this program's, or a transcript in the published layout.</summary>
    /// <param name="utf8">Its bytes; how many may come is the caller's limit.</param>
    /// <exception cref="InputException">It is neither, or a field is wrong: the message names it.</exception>
    public static ConversationFile Read(ReadOnlySpan<byte> utf8)
    {
        utf8 = JsonInput.Utf8(utf8, Origin);
        if (utf8.IsEmpty) throw Fault("", "it is empty.", Remedy);
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
            using var json = JsonDocument.ParseValue(ref reader);
            while (reader.Read()) { }
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw Fault("", "it is no JSON object.", "Choose a file that was saved here, or a transcript.");
            var transcript = !root.TryGetProperty("format", out _) && root.TryGetProperty("conversation", out _);
            var read = transcript ? Transcript.Read(root) : root.Deserialize<ConversationFile>(Options)!;
            if (!transcript) CheckLetters(root);
            if (read.Version == 1) read = FirstVersion(read);
            Check(read);
            return read;
        }
        catch (JsonException e)
        {
            var field = e.Path is { Length: > 1 } path ? path.TrimStart('$', '.') : "";
            throw Missing(e) is [var one] ? Fault(field.Length > 0 ? $"{field}.{one}" : one, "is missing.", Remedy, e) : Fault(field, Explain(e), Remedy, e);
        }
        catch (InvalidOperationException e)
        {
            // Half a surrogate pair in a string.
            throw Fault("", NoUnicode, "", e);
        }
    }

    internal static InputException Fault(string field, string fault, string remedy = "", Exception? inner = null) => new(Origin, field, fault, remedy, inner);

    // A letter that no column has would be passed over as any field that is not known, and with it a column.
    private static void CheckLetters(JsonElement root)
    {
        foreach (var field in root.EnumerateObject().Select(field => field.Name).Where(name => name is [>= 'a' and <= 'z'] && !Columns.All.Any(column => column.Letter() == name)))
            throw Fault(field, "is not a column.", NumberOfColumns);
    }

    // Both columns were always there, and said nothing where they had no answer.
    private static ConversationFile FirstVersion(ConversationFile file)
    {
        foreach (var column in new[] { Column.A, Column.B })
            if (file[column] is null) throw Fault(column.Letter(), "is missing.", Remedy);
        return file with { Turns = [.. file.Turns.Select(turn => turn is null ? turn! : turn with { A = turn.A ?? [], B = turn.B ?? [] })] };
    }

    // The framework speaks of its own types and bytes; what is wrong is said in the file's terms.
    private static string Explain(JsonException e)
    {
        if (e.InnerException is InvalidOperationException inner)
            return !inner.Message.Contains("token type", StringComparison.Ordinal) ? NoUnicode : inner.Message.EndsWith("as a string.", StringComparison.Ordinal) ? "is not text." : "is not of the kind that belongs there.";
        var words = e.Message;
        if (Missing(e) is { Count: > 0 } missing) return $"is not all there: {string.Join(", ", missing)} are missing.";
        if (words.StartsWith("Duplicate property", StringComparison.Ordinal)) return "is given twice.";
        if (words.Contains("null", StringComparison.Ordinal) && words.Contains("allow", StringComparison.Ordinal)) return "must not be null.";
        const string Wrong = "could not be converted to ";
        if (words.IndexOf(Wrong, StringComparison.Ordinal) is > 0 and var at) return $"is not {Kind(words[(at + Wrong.Length)..])}.";
        var end = words.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        return (end > 0 ? words[..end] : words) + (e.LineNumber is { } line ? $" (line {line + 1})" : "");
    }

    // The first name in quotes is the type's.
    private static List<string> Missing(JsonException e) =>
        e.Message.Contains("missing required properties", StringComparison.Ordinal) ? [.. Quoted().Matches(e.Message).Skip(1).Select(m => m.Groups[1].Value)] : [];

    private static string Kind(string type) => type switch
    {
        _ when type.Contains("List", StringComparison.Ordinal) => "a list",
        _ when type.Contains("String", StringComparison.Ordinal) => "text",
        _ when type.Contains("Boolean", StringComparison.Ordinal) => "true or false",
        _ when type.Contains("DateTime", StringComparison.Ordinal) => "a time",
        _ when type.Contains("Int", StringComparison.Ordinal) => "a whole number",
        _ when type.Contains("Single", StringComparison.Ordinal) || type.Contains("Double", StringComparison.Ordinal) => "a number",
        _ => "an object",
    };

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();

    private static void Check(ConversationFile file)
    {
        if (file.Format != ConversationFile.FormatName) throw Fault("format", $"is '{Printable.Text(file.Format)}'.", $"It must be '{ConversationFile.FormatName}'.");
        if (file.Version is < 1 or > ConversationFile.CurrentVersion) throw Fault("version", $"is {file.Version}; this program reads up to {ConversationFile.CurrentVersion}.", "Open it with a newer version of this program.");
        Count("turns", file.Turns.Count, MostTurns);
        if (!Columns.All.Any(column => file[column] is not null)) throw Fault("", "it has no column.", NumberOfColumns);
        foreach (var column in Columns.All) Check(column.Letter(), file[column]);
        var axes = new HashSet<string>(StringComparer.Ordinal);
        for (var t = 0; t < file.Turns.Count; t++)
        {
            var at = $"turns[{t}]";
            var turn = file.Turns[t] ?? throw Fault(at, "is null.");
            Text($"{at}.user", turn.User, LongestText);
            if (turn.Settings is { } settings) Check($"{at}.settings", settings);
            if (!turn.Columns.Any()) throw Fault(at, "has no column.", NumberOfColumns);
            foreach (var column in turn.Columns)
            {
                if (file[column] is null) throw Fault($"{at}.{column.Letter()}", "belongs to a column that the file does not have.", $"Say what it ran on: {{\"{column.Letter()}\": {{}}}} beside the turns.");
                Check($"{at}.{column.Letter()}", turn[column]!, axes);
            }
        }

        var all = file.Turns.SelectMany(turn => turn.Answers).Sum(answer => (long)(answer.Tokens?.Count ?? answer.Ids?.Count ?? 0));
        if (all > MostTokensInAll) throw Fault("turns", $"have {all:N0} tokens between them; {MostTokensInAll:N0} are possible.", "Share it in parts.");
    }

    private static void Check(string at, FiledColumn? column)
    {
        if (column is null) return;
        Text($"{at}.note", column.Note, LongestName);
        Check(at, column.Model, column.Axis);
    }

    private static void Check(string at, FiledModel? model, FiledAxis? axis)
    {
        if (model is not null)
            foreach (var (name, text) in new[] { ("name", model.Name), ("sha256", model.Sha256), ("architecture", model.Architecture), ("quantization", model.Quantization), ("engine", model.Engine) })
                Text($"{at}.model.{name}", text, LongestName);
        if (axis is null) return;
        Text($"{at}.axis.name", axis.Name, LongestName);
        Text($"{at}.axis.sha256", axis.Sha256, LongestName);
        if (axis.DisplayLayer is < 0 or > MostLayers) throw Fault($"{at}.axis.displayLayer", $"is {axis.DisplayLayer}; no model has that block.");
        if (!float.IsFinite(axis.Offset)) throw Fault($"{at}.axis.offset", "is no number.");
    }

    private static void Check(string at, FiledSettings settings)
    {
        if (!Temperatures.Contains(settings.Temperature)) throw Fault($"{at}.temperature", $"is {settings.Temperature}; {Temperatures} is possible.");
        if (settings.MaxTokens < 0) throw Fault($"{at}.maxTokens", $"is {settings.MaxTokens}.");
        if (settings.Repeats is < 1 or > MostSamples) throw Fault($"{at}.repeats", $"is {settings.Repeats}; 1 to {MostSamples} is possible.");
        if (!RepetitionPenalties.Contains(settings.RepetitionPenalty)) throw Fault($"{at}.repetitionPenalty", $"is {settings.RepetitionPenalty}; a number above 0 is needed.");
        if (!Histories.Contains(settings.History)) throw Fault($"{at}.history", $"is '{Printable.Text(settings.History)}'.", $"Possible: {string.Join(", ", Histories)}.");
        Text($"{at}.systemPrompt", settings.SystemPrompt, LongestText);
        foreach (var column in Columns.All)
        {
            if (settings[column] is not { } variant) continue;
            var name = column.Letter();
            if (VariantKinds.Parse(variant.Kind) is null) throw Fault($"{at}.{name}.kind", $"is '{Printable.Text(variant.Kind)}'.", $"Possible: {string.Join(", ", VariantKinds.Words)}.");
            if (variant.Percentile is { } p && !Percentiles.Contains(p)) throw Fault($"{at}.{name}.percentile", $"is {p}; {Percentiles} is possible.");
            if (variant.Strength is { } s && !Strengths.Contains(s)) throw Fault($"{at}.{name}.strength", $"is {s}; a small number is needed.");
            Text($"{at}.{name}.systemPrompt", variant.SystemPrompt, LongestText);
            foreach (var (field, text) in new[] { ("band", variant.Band), ("toward", variant.Toward), ("model", variant.Model) }) Text($"{at}.{name}.{field}", text, LongestName);
        }
    }

    private static void Check(string at, IReadOnlyList<FiledAnswer> answers, HashSet<string> axes)
    {
        Count(at, answers.Count, MostSamples);
        for (var i = 0; i < answers.Count; i++)
        {
            var answer = answers[i] ?? throw Fault($"{at}[{i}]", "is null.");
            Text($"{at}[{i}].text", answer.Text, LongestText);
            Text($"{at}[{i}].reason", answer.Reason, LongestName);
            Text($"{at}[{i}].error", answer.Error, LongestName);
            if (answer.Settings is { } settings) Check($"{at}[{i}].settings", settings);
            Check($"{at}[{i}]", answer.Model, answer.Axis);
            if (answer.Continuations < 0) throw Fault($"{at}[{i}].continuations", $"is {answer.Continuations}.");
            var tokens = answer.Tokens?.Count ?? answer.Ids?.Count ?? 0;
            Count($"{at}[{i}].tokens", tokens, MostTokens);
            Same("ids", answer.Ids);
            Same("tokens", answer.Tokens);
            Same("pre", answer.Pre);
            Same("post", answer.Post);
            Same("read", answer.Read);
            Same("touched", answer.Touched);
            Same("liftedLayers", answer.LiftedLayers);
            Same("kl", answer.Kl);
            Same("plainChoice", answer.PlainChoice);
            Count($"{at}[{i}].more", answer.More?.Count ?? 0, MostAxes);
            for (var k = 0; k < (answer.More?.Count ?? 0); k++)
            {
                var more = answer.More![k] ?? throw Fault($"{at}[{i}].more[{k}]", "is null.");
                Axis($"{at}[{i}].more[{k}].axis", more.Axis, answer.More.Take(k));
                Same($"more[{k}].pre", more.Pre);
                Same($"more[{k}].post", more.Post);
                Same($"more[{k}].read", more.Read);
            }

            if (answer.Tokens?.Any(t => t is null) == true) throw Fault($"{at}[{i}].tokens", "one of them is null.");

            void Same<T>(string name, IReadOnlyList<T>? values)
            {
                if (values is not null && values.Count != tokens) throw Fault($"{at}[{i}].{name}", $"has {values.Count} entries for {tokens} tokens.", "Each list has one entry a token.");
                if (values is IReadOnlyList<float?> numbers && numbers.Any(n => n is { } x && !float.IsFinite(x))) throw Fault($"{at}[{i}].{name}", "holds a number that is too large.");
            }
        }

        void Axis(string field, string axis, IEnumerable<FiledReadings> before)
        {
            Text(field, axis, LongestName);
            if (axis == DrawnAxis.Main) throw Fault(field, $"is '{DrawnAxis.Main}'.", "That is the name of the main axis, whose projections stand in pre, post and read.");
            if (before.Any(other => other.Axis == axis)) throw Fault(field, $"is '{Printable.Text(axis)}' a second time.", "An answer has one entry for each axis.");
            if (axes.Add(axis) && axes.Count > MostAxes) throw Fault(field, $"is the {axes.Count}th further axis.", $"A file may have {MostAxes} of them.");
        }
    }

    private static void Count(string at, int count, int most)
    {
        if (count > most) throw Fault(at, $"has {count:N0} entries; {most:N0} are possible.");
    }

    private static void Text(string at, string? text, int longest)
    {
        if (text is not null && JsonWords.Characters(text) is var length && length > longest) throw Fault(at, $"has {length:N0} characters; {longest:N0} are possible.");
    }
}
