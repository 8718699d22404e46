using System.Diagnostics;
using System.Runtime.CompilerServices;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Tokenizers;

namespace AxisDemo.Bench;

/// <summary>
/// Answers at an even rate, with the embedded model's tokenizer and template and no model behind them: what is measured is the page,
/// and a conversation of 200 turns does not end at a context's size.
/// </summary>
internal sealed class MetronomeGenerator : IGenerator
{
    private static readonly string[] Words =
        " the sea was calm and the lamp of the old house burned until the morning , then a boat came in with news from the other side".Split(' ')[1..];

    private readonly LoadedModel words;

    public MetronomeGenerator(string model)
    {
        words = LoadedModel.Load(model, new CpuOps(new CpuOptions()));
        Model = words.Info with { Context = 10_000_000 };
    }

    /// <summary>Tokens per second of each request; infinite: all at once.</summary>
    public double Rate { get; set; } = double.PositiveInfinity;

    public ModelInfo Model { get; }
    public ITokenizer Tokenizer => words.Tokenizer;
    public ChatTemplate Template => words.Template;
    public EngineStatus Status => new(1, 0, Rate, 0, 1);

    public async IAsyncEnumerable<GenerationEvent> StreamAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        yield return new StartedEvent(request.Prompt.Count, request.Prompt.Count);
        var begun = Stopwatch.GetTimestamp();
        for (var index = 0; index < request.MaxTokens; index++)
        {
            var due = TimeSpan.FromSeconds(index / Rate) - Stopwatch.GetElapsedTime(begun);
            if (due > TimeSpan.FromMilliseconds(1)) await Task.Delay(due, cancellation);
            yield return Token(request, index);
        }

        yield return new FinishedEvent(FinishReason.Length, request.MaxTokens, Rate);
    }

    private static TokenEvent Token(GenerationRequest request, int index)
    {
        // Noise around a line that sinks, from the index alone.
        var noise = (float)(Math.Sin(index * 12.9898) * 43758.5453 % 1) * 30;
        var (pre, read) = (-15 - index % 400 * 0.05f + noise, -25 - index % 400 * 0.08f + noise);
        var text = index % 60 == 59 ? ".\n\n" : " " + Words[index % Words.Length];
        return new TokenEvent(index, 100 + index % 400, text,
            [.. request.Watch.Select(w => new TokenProjection(w.Axis, w.Layer, pre, MathF.Max(pre, -6), pre < -6) { Read = request.Read ? read : null })])
        {
            Kl = request.Read ? 0.05f : null,
            PlainChoice = request.Read ? " and" : null,
            LiftedLayers = request.Interventions.Count > 0 ? index % 3 : null,
        };
    }
}
