using System.CommandLine;
using AxisDemo.Serving;
using AxisDemo.Tokenizers;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis generate</c>: an answer as it comes, with projections where asked for.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var prompt = new PromptOptions();
        var interventions = new InterventionOptions(watch: true);
        var sampling = new SamplingOptions();
        var maxTokens = new Option<int>("--max-tokens") { Description = "The longest answer.", HelpName = "N", DefaultValueFactory = _ => 256 }.Exact();
        var beginning = new Option<string?>("--beginning") { Description = "Token ids that the answer begins with: it goes on from there as if it had written them; only what follows is printed.", HelpName = "IDS" };
        var read = new Option<bool>("--read") { Description = "Let the plain model read the answer too: its projection, KL and choice at every token." };
        var json = CommonOptions.Json();
        var command = new Command("generate", "Generates an answer and streams it: text, or with --json one event a line.") { maxTokens, beginning, read, json };
        model.AddTo(command);
        prompt.AddTo(command);
        sampling.AddTo(command);
        interventions.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var engine = model.Start(parsed, cancellation);
            ChatTemplate? template = null;
            var given = prompt.Read(parsed, engine.Tokenizer, () => template = engine.Template);
            var (changes, watches) = interventions.Read(parsed, engine.Model, given.Ids.Length, template);
            var request = new GenerationRequest
            {
                Prompt = given.Ids,
                PromptSpecial = given.Special,
                PromptGenerated = given.Generated,
                Beginning = parsed.GetValue(beginning) is { } ids ? PromptOptions.ParseIds(ids, engine.Tokenizer.VocabularySize, "--beginning") : [],
                Sampling = sampling.Read(parsed, given.Turn),
                MaxTokens = parsed.GetValue(maxTokens),
                Interventions = changes,
                Watch = watches,
                Read = parsed.GetValue(read),
            };
            var stream = engine.StreamAsync(request, cancellation);
            return parsed.GetValue(json) ? await Events(stream).ConfigureAwait(false) : await Text(stream).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> Events(IAsyncEnumerable<GenerationEvent> stream)
    {
        var code = CommandLine.Done;
        await foreach (var e in stream.ConfigureAwait(false))
        {
            Output.Line(e.ToJson());
            code = Outcome(e, code);
        }

        return code;
    }

    private static async Task<int> Text(IAsyncEnumerable<GenerationEvent> stream)
    {
        var code = CommandLine.Done;
        var sums = new Dictionary<(string Axis, int Layer), ProjectionMean>();
        await foreach (var e in stream.ConfigureAwait(false))
        {
            code = Outcome(e, code);
            switch (e)
            {
                case TokenEvent token:
                    Output.Text(token.Text);
                    foreach (var p in token.Projections) sums[(p.Axis, p.Layer)] = sums.GetValueOrDefault((p.Axis, p.Layer)).With(p);
                    break;
                case FinishedEvent finished:
                    Output.Line(finished.Text ?? "");
                    foreach (var ((axis, layer), mean) in sums) Output.Note($"{axis} at layer {layer}: mean {mean}");
                    Output.Note($"{finished.Tokens} tokens, {finished.TokensPerSecond:0.0} tokens/s, first after {finished.FirstTokenMilliseconds:0} ms, ended by {finished.Reason.Word()}");
                    break;
            }
        }

        return code;
    }

    private static int Outcome(GenerationEvent e, int code) => e switch
    {
        FailedEvent failed => throw new WorkFailedException(failed.Error),
        FinishedEvent { Reason: FinishReason.Cancelled } => throw new OperationCanceledException(),
        _ => code,
    };

    private readonly record struct ProjectionMean(int Count, double Pre, double Post, double Read, int Touched)
    {
        public ProjectionMean With(TokenProjection p) => new(Count + 1, Pre + p.Pre, Post + p.Post, Read + (p.Read ?? double.NaN), Touched + (p.Touched ? 1 : 0));

        public override string ToString() =>
            $"{(double.IsNaN(Read) ? "" : $"read {Read / Count:0.0}, ")}pre {Pre / Count:0.0}, post {Post / Count:0.0} over {Count} tokens, {Touched} lifted there";
    }
}
