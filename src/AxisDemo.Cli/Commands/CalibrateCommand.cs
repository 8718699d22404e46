using System.CommandLine;
using System.Globalization;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis calibrate</c>: what caps of different bands and floors do, and what they cost.</summary>
internal static class CalibrateCommand
{
    private const int RolesAsked = 18;

    public static Command Create()
    {
        var model = new ModelOptions();
        var prompts = new PromptSetOptions();
        var axisFile = new Option<string>("--axis") { Description = "The axis file.", HelpName = "A", Required = true };
        var bands = new Option<string?>("--bands") { Description = "Bands of blocks, half open: 18:27,20:26. Default: three bands in the last third of the depth.", HelpName = "a:b,…" };
        var thresholds = new Option<string>("--thresholds") { Description = "Floors, as percentiles of the axis file; higher caps harder.", HelpName = "pNN,…", DefaultValueFactory = _ => "p50,p75,p90" };
        var roles = new Option<string?>("--role-names") { Description = $"Roles whose expression is measured. Default: the {RolesAsked} that lie farthest from the Assistant.", HelpName = "a,b,…" };
        var perRole = CommonOptions.Number("--questions-per-role", "Questions asked of each role, from the end of the questions (an extraction begins at their start).", 5, 1, 1000);
        var ordinary = new Option<string?>("--ordinary") { Description = "Ordinary requests, to measure the price. Default: prompts/ordinary.json.", HelpName = "F" };
        var tokens = CommonOptions.Number("--max-tokens", "The longest answer.", 56, 1, 4096);
        var target = CommonOptions.Number("--target", "The share of role expression that the chosen cap should take away; the cheapest that does is chosen.", 0.7, 0, 2);
        var price = CommonOptions.Number("--max-price", "The most nats per token that the chosen cap may cost.", 0.15, -100, 100);
        var seed = new Option<ulong>("--seed") { Description = "Seed of all answers.", HelpName = "S", DefaultValueFactory = _ => 1 }.Exact();
        var parallel = CommonOptions.Number("--parallel", "Answers computed at the same time.", 32, 1, 64);
        var write = new Option<bool>("--write") { Description = "Store the table and the chosen cap in the axis file." };
        var json = CommonOptions.Json();
        var command = new Command("calibrate", "Measures caps: how much role expression they take away, and what they cost ordinary answers.")
        {
            axisFile, bands, thresholds, roles, perRole, ordinary, tokens, target, price, seed, parallel, write, json,
        };
        model.AddTo(command);
        prompts.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(axisFile);
            var axis = AxisFile.Open(path);
            var set = prompts.Read(parsed);
            var settings = Bands(parsed.GetValue(bands), axis.Layers).SelectMany(b => Percentiles(parsed.GetValue(thresholds)!).Select(p => new CapSetting(b.From, b.To, p))).ToList();
            using var engine = model.Start(parsed, cancellation, new EngineOptions { MaxRunning = parsed.GetValue(parallel) });
            InterventionOptions.NoteRendering(axis, engine.Template);
            var options = new CalibrationOptions
            {
                Settings = settings,
                Roles = Roles(parsed.GetValue(roles), axis, set),
                Questions = [.. set.Questions.TakeLast(parsed.GetValue(perRole))],
                Ordinary = PromptSet.OpenQuestions(parsed.GetValue(ordinary) ?? PromptSetOptions.Own("ordinary.json", "--ordinary")),
                MaxTokens = parsed.GetValue(tokens),
                Seed = parsed.GetValue(seed),
                Parallel = parsed.GetValue(parallel),
            };
            var calibration = new Calibration(engine, new ChatPromptEncoder(engine.Tokenizer, engine.Template), axis, options);
            CalibrationTable table;
            try
            {
                table = await calibration.RunAsync(new RowNote(settings.Count), cancellation).ConfigureAwait(false);
            }
            catch (GenerationFailedException e)
            {
                throw new WorkFailedException(e.Message);
            }

            var chosen = Calibration.Choose(table, parsed.GetValue(target), parsed.GetValue(price));
            if (parsed.GetValue(write)) new AxisFile(axis.Parts with { Calibration = table, Recommended = chosen ?? axis.Recommended }).Write(path);
            if (parsed.GetValue(json)) Output.Json(new { table, chosen });
            else Print(table, chosen, parsed.GetValue(price));
            return CommandLine.Done;
        });
        return command;
    }

    private static void Print(CalibrationTable table, CalibrationRow? chosen, double price)
    {
        static string Text(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
        Output.Line("blocks   floor  role expression  change  price (nats/token)  lifted");
        Output.Line(Text($"none         -  {table.PlainRoleExpression,15:0.000}                     0.000      0%"));
        foreach (var r in table.Rows)
            Output.Line(Text($"{$"{r.From}:{r.To}",-7}  {$"p{r.Percentile}",5}  {r.RoleExpression,15:0.000}  {100 * r.Change,5:0}%  {r.Price,18:0.000}  {100 * r.Lifted,5:0}%{(r == chosen ? "  chosen" : "")}"));
        Output.Line(chosen is null
            ? Text($"no cap costs at most {price} nats/token; none is recommended")
            : Text($"chosen: blocks {chosen.From}:{chosen.To}, floor p{chosen.Percentile}: {-100 * chosen.Change:0}% of the role expression for {chosen.Price:0.000} nats/token"));
    }

    private static List<(int From, int To)> Bands(string? text, int layers)
    {
        // Where the published bands and those found on small models lie: 0.6 to 0.9 of the depth.
        if (text is null)
            return [.. new[] { (0.6, 0.9), (0.67, 0.87), (0.7, 0.9) }.Select(b => ((int)Math.Round(b.Item1 * layers), (int)Math.Round(b.Item2 * layers))).Where(b => b.Item1 < b.Item2)];
        return [.. text.Split(',').Select(band =>
        {
            return band.Contains(':', StringComparison.Ordinal) && LayerRange.TryParse(band, out var range)
                ? (range.From, range.To)
                : throw new InputException("--bands", band, "is no band.", "Give a:b, half open; several with commas.");
        })];
    }

    private static List<double> Percentiles(string text) =>
        [.. text.Split(',').Select(p => p.StartsWith('p') && double.TryParse(p.AsSpan(1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InputException("--thresholds", p, "is no percentile.", "Give pNN; several with commas."))];

    private static List<(string Role, string Prompt)> Roles(string? names, AxisFile axis, PromptSet set)
    {
        var chosen = names?.Split(',') ?? axis.Roles.OrderBy(r => r.Projection).Select(r => r.Role).Where(r => set.Find(r) is not null).Take(RolesAsked).ToArray();
        if (chosen.Length == 0) throw new InputException(axis.Path, "roles", "none of them is among the prompts.", "Give --role-names, or --roles DIR with the prompts the axis was made with.");
        return [.. chosen.Select(name => set.Find(name) is { } role
            ? (name, role.Prompts[0])
            : throw new InputException("--role-names", name, "there is no such role among the prompts."))];
    }

    private sealed class RowNote(int settings) : IProgress<CalibrationRow>
    {
        private int done;

        public void Report(CalibrationRow value) => Output.Note(
            string.Create(CultureInfo.InvariantCulture, $"{++done} of {settings}: {value.From}:{value.To} p{value.Percentile}: {100 * value.Change:0}% for {value.Price:0.000}"));
    }
}
