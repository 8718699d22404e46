using System.CommandLine;

namespace AxisDemo.Cli;

/// <summary>What is wrong with a command line, and what to type instead, in one line.</summary>
internal static class UsageError
{
    /// <returns>The error, or null when the line can be run.</returns>
    public static string? Find(ParseResult parsed, string[] args)
    {
        var command = Path(parsed);
        var known = KnownWords(parsed.CommandResult.Command);
        // The parser takes an unknown option for an argument where one is missing; and what follows it, for a second one.
        var stray = args.TakeWhile(a => a != "--").FirstOrDefault(a => a.StartsWith("--", StringComparison.Ordinal) && !known.Contains(a.Split('=', 2)[0]))
            ?? (parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null);
        if (stray is null && parsed.Errors.Count == 0) return null;
        var fault = stray is null ? parsed.Errors[0].Message : $"'{stray}' is not known here.";
        var nearest = stray is null ? null : Nearest(stray, known);
        return $"{fault}{(nearest is null ? "" : $" Did you mean '{nearest}'?")} Type '{command} --help' for what can be given.";
    }

    private static string Path(ParseResult parsed)
    {
        var names = new List<string>();
        for (var result = parsed.CommandResult; result?.Parent is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
            names.Insert(0, result.Command.Name);
        return string.Join(' ', names.Prepend("axis"));
    }

    private static List<string> KnownWords(Command command) =>
        ["--help", "--version", .. command.Options.Select(o => o.Name), .. command.Subcommands.Select(c => c.Name), .. command.Options.SelectMany(o => o.Aliases)];

    private static string? Nearest(string word, List<string> known) =>
        known.Select(k => (Word: k, Distance: Distance(word, k)))
            .Where(p => p.Distance <= Math.Max(2, word.Length / 3))
            .OrderBy(p => p.Distance).Select(p => p.Word).FirstOrDefault();

    /// <summary>Levenshtein's edit distance.</summary>
    internal static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
