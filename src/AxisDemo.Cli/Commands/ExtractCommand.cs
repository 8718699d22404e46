using System.CommandLine;
using System.Globalization;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Serving;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis extract</c>: rollouts and their mean activations, into a shard file that can be continued.</summary>
internal static class ExtractCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var prompts = new PromptSetOptions();
        var output = new Option<string>("--out") { Description = "The folder for the rollouts. What is there already is not made again.", HelpName = "DIR", Required = true };
        var perRole = CommonOptions.Number("--prompts", "System prompts of each role.", 5, 1, 1000);
        var perPrompt = CommonOptions.Number("--questions-per-prompt", "Questions for each system prompt; prompt p gets the questions pN to pN+N-1.", 4, 1, 100_000);
        var samples = CommonOptions.Number("--default-samples", "Answers of the model as itself to each prompt and question.", 5, 1, 1000);
        var tokens = CommonOptions.Number("--max-tokens", "The longest answer.", 64, 1, 4096);
        var parallel = CommonOptions.Number("--parallel", "Rollouts computed at the same time.", 24, 1, 64);
        var temperature = new Option<float>("--temperature") { Description = "Sampling temperature.", HelpName = "T", DefaultValueFactory = _ => 0.7f }.Exact();
        var topP = new Option<float>("--top-p") { Description = "Nucleus.", HelpName = "P", DefaultValueFactory = _ => 0.9f }.Exact();
        var seed = new Option<ulong>("--seed") { Description = "Seed of the run.", HelpName = "S" }.Exact();
        var name = new Option<string?>("--name") { Description = "What the model is called in its prompts and in the axis file. Default: the name in its file.", HelpName = "TEXT" };
        var judge = new Option<string>("--judge") { Description = "Scores every role's answers: none; pmi (how much the role's prompt explains the answer); or the URL of a judge that gets {role, description, system, question, answer} and replies {score}.", HelpName = "none|pmi|URL", DefaultValueFactory = _ => "none" };
        var shard = new Option<string>("--shard") { Description = "Make the i-th of n parts of the run.", HelpName = "i/n", DefaultValueFactory = _ => "0/1" };
        var command = new Command("extract", "Lets the model answer in every role and as itself, and keeps each answer's mean activation.")
        {
            output, perRole, perPrompt, samples, tokens, parallel, temperature, topP, seed, name, judge, shard,
        };
        model.AddTo(command);
        prompts.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (part, parts) = Shard(parsed.GetValue(shard)!);
            var set = prompts.Read(parsed);
            using var engine = model.Start(parsed, cancellation, new EngineOptions { MaxRunning = parsed.GetValue(parallel) });
            var encoder = new ChatPromptEncoder(engine.Tokenizer, engine.Template);
            var sampling = new Sampling { Temperature = parsed.GetValue(temperature), TopP = parsed.GetValue(topP), Seed = parsed.GetValue(seed) };
            var plan = Extraction.CreatePlan(
                engine, encoder, set, parsed.GetValue(perRole), parsed.GetValue(perPrompt), parsed.GetValue(samples), parsed.GetValue(tokens), sampling, parsed.GetValue(judge)!, parsed.GetValue(name));
            try
            {
                await new Extraction(engine, encoder, set, plan).RunAsync(parsed.GetRequiredValue(output), part, parts, parsed.GetValue(parallel), new ProgressLine(), cancellation).ConfigureAwait(false);
            }
            catch (GenerationFailedException e)
            {
                throw new WorkFailedException(e.Message);
            }

            return CommandLine.Done;
        });
        return command;
    }

    /// <summary>0/n … n-1/n and 1/n … n/n both cover the run: the last is the same part as 0.</summary>
    internal static (int Shard, int Shards) Shard(string text)
    {
        var ends = text.Split('/');
        if (ends.Length == 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var i)
            && int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            && n is > 0 and <= 10_000 && i <= n)
            return (i % n, n);
        throw new InputException("--shard", text, "is no part of a run.", "Give i/n, for example 0/2 and 1/2.");
    }

    private sealed class ProgressLine : IProgress<ExtractionProgress>
    {
        private readonly Surroundings surroundings = Surroundings.Current;
        private DateTime next = DateTime.MinValue;

        public void Report(ExtractionProgress value)
        {
            var now = DateTime.UtcNow;
            if (now < next && value.Done < value.Total) return;
            next = now.AddSeconds(surroundings.ErrorIsTerminal ? 1 : 10);
            var left = value.Left is { } t ? $", {(int)t.TotalMinutes}:{t.Seconds:00} left" : "";
            var line = $"{value.Done} of {value.Total} rollouts, {value.Tokens / Math.Max(value.Elapsed.TotalSeconds, 1e-3):0} tokens/s{left}";
            if (surroundings.ErrorIsTerminal) surroundings.Error.Write($"\r{line,-70}{(value.Done == value.Total ? "\n" : "")}");
            else surroundings.Error.WriteLine(line);
        }
    }
}
