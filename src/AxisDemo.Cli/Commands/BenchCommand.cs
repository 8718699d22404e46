using System.CommandLine;
using AxisDemo.Cli.Bench;
using AxisDemo.Formats;
using AxisDemo.Serving;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis bench</c>: this engine's speed on this machine. Comparisons with other programs live in <c>bench/</c>.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Measures this engine on this machine: greedy, one warm-up run, then the median of the runs.")
        {
            Mode("decode", "One stream: sampled tokens per second after the first.", Benchmark.Decode),
            Mode("prefill", "A prompt that nothing is known of: its tokens per second, and the time to the first token.", Benchmark.Prefill),
            Mode("pair", "Standard, capped and reader together against one stream, in turn.", Benchmark.Pair),
            Mode("read", "A given answer, read by standard, capped and reader together, against writing one, in turn.", Benchmark.Read),
            Mode("concurrent", "Several streams at once: sampled tokens per second of all together.", Benchmark.Concurrent),
            Mode("extract", "Short sampled answers with the mean of every layer's output, as axis extract runs them.", Benchmark.Extract),
        };
        return command;
    }

    private static Command Mode(string name, string description, Func<IGenerator, BenchSettings, CancellationToken, Task<BenchResult>> run)
    {
        var model = new ModelOptions();
        var tokens = Number("--tokens", "Tokens to generate in each stream.", name == "extract" ? 64 : 128);
        var promptTokens = Number("--prompt-tokens", "Length of the prompt.", name == "prefill" ? 512 : 40);
        var runs = Number("--runs", "Measured runs.", 5);
        var streams = Number("--streams", "Streams at once, where the measurement has several.", name == "extract" ? 32 : 8);
        var ids = new Option<string?>("--ids") { Description = "The prompt as token ids, instead of --prompt-tokens of a text of the program's own.", HelpName = "IDS" };
        var axis = new Option<string?>("--axis") { Description = "For pair and read: the axis file of the cap. Default: the one beside the model that was made for it.", HelpName = "FILE" };
        var json = CommonOptions.Json();
        var command = new Command(name, description) { tokens, promptTokens, runs, streams, ids, axis, json };
        model.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var engine = model.Start(parsed, cancellation, new EngineOptions { MaxRunning = Math.Max(64, parsed.GetValue(streams)) });
            var prompt = parsed.GetValue(ids) is { } given ? PromptOptions.ParseIds(given, engine.Model.Vocabulary) : BenchPrompt.Of(engine.Tokenizer, parsed.GetValue(promptTokens));
            if (prompt.Length + parsed.GetValue(tokens) > engine.Model.Context)
                throw new InputException("--tokens", "", $"{prompt.Length} prompt tokens and {parsed.GetValue(tokens)} generated ones are more than the context of {engine.Model.Context}.");
            var settings = new BenchSettings(prompt, parsed.GetValue(tokens), parsed.GetValue(runs), parsed.GetValue(streams), parsed.GetValue(axis));
            var result = await run(engine, settings, cancellation).ConfigureAwait(false);
            if (parsed.GetValue(json)) Output.Json(result);
            else Print(result);
            return CommandLine.Done;
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int otherwise)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var n) && n < 1) result.AddError($"{name} {n}: give 1 or more.");
        });
        return option;
    }

    private static void Print(BenchResult result)
    {
        Output.Line($"{result.What}: {result.Median:0.0} tokens/s (median of {result.Runs.Count}; {result.Min:0.0} to {result.Max:0.0}); {result.Engine}; {result.Cpu}");
        foreach (var (name, value) in result.Details ?? new Dictionary<string, double>()) Output.Line($"  {name}: {value:0.###}");
    }
}
