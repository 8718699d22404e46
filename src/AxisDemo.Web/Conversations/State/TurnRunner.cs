using System.Diagnostics;
using AxisDemo.Formats;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>Asks the engine for a turn's answers and hands its events on.</summary>
public sealed class TurnRunner(Trajectory trajectory, Action changed)
{
    /// <summary>What is watched beside the main axis, by <see cref="DrawnAxis.Key"/>; what a model does not have is left out.</summary>
    public IReadOnlyList<string> Watched { get; set; } = [];

    private readonly Dictionary<Column, ColumnHistory> histories = Columns.All.ToDictionary(column => column, _ => new ColumnHistory());

    /// <summary>The answers that a column will give: none where there is no axis for its variant, or none that serves it.</summary>
    public static IReadOnlyList<Answer> Answers(ReadyModel loaded, ChatSettings settings, int turn, Column column, IReadOnlyList<int>? given = null)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        ArgumentNullException.ThrowIfNull(settings);
        var axis = loaded.Axis;
        if (VariantPlan.Obstacle(settings[column].Kind, axis) is not null) return [];
        var tint = Tint(settings[column], axis);
        // A text that is given reads the same with any seed.
        return [.. Enumerable.Range(0, given is null ? settings.Repeats : 1).Select(sample => new Answer(turn, column, sample, settings, loaded.Id, tint, given))];
    }

    /// <summary>How a variant's tokens are tinted: relative to its floor; null without an axis, or where it does not know what that takes.</summary>
    public static TokenTint? Tint(ColumnVariant variant, ChatAxis? axis) =>
        axis?.Shown(VariantPlan.PercentileOf(variant, axis)) is { } floor && axis.Shown(10) is { } low && axis.Shown(90) is { } high ? new TokenTint(floor, high - low) : null;

    /// <summary>What the chart is told of a column when a turn begins.</summary>
    public static ColumnStart Start(ReadyModel? loaded, ChatTurn turn, Column column)
    {
        ArgumentNullException.ThrowIfNull(turn);
        var variant = (turn.Shown(column)?.Settings ?? turn.Settings)[column];
        return new ColumnStart(variant.Name, turn[column].Count > 0 ? VariantPlan.Floor(variant, loaded?.Axis) : null, turn[column].Count);
    }

    /// <summary>Runs one answer to its end. What goes wrong is said in the answer.</summary>
    public async Task AnswerAsync(ReadyModel loaded, IReadOnlyList<ChatTurn> turns, ChatTurn turn, Answer answer, int mostTokens, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        ArgumentNullException.ThrowIfNull(answer);
        try
        {
            await foreach (var happened in loaded.Generator.StreamAsync(Request(loaded, turns, turn, answer, mostTokens), cancellation))
            {
                if (answer.Take(happened) is { } point) trajectory.Add(point);
                foreach (var parting in turn.Partings) parting.Update();
                changed();
            }

            answer.End(FinishReason.Cancelled, null);
        }
        catch (InputException e)
        {
            answer.End(null, e.Fault + (e.Remedy.Length > 0 ? " " + e.Remedy : ""));
        }
        catch (OperationCanceledException)
        {
            answer.End(FinishReason.Cancelled, null);
        }
        catch (Exception e)
        {
            // A fault of the program: the visitor is told in this answer, and the page lives on.
            Trace.TraceError(e.ToString());
            answer.End(null, $"The engine failed: {e.Message}");
        }

        changed();
    }

    /// <summary>The seed of an answer's request.</summary>
    public static ulong Seed(Answer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.KeptSeed ?? ConversationSeed.OfTurn(ChatSettings.SampleSeed(answer.Settings.Seed, answer.Sample), answer.Turn);
    }

    /// <summary>What an answer answers: the prompt without any of the answer.</summary>
    public static Prompt Asked(ReadyModel loaded, IReadOnlyList<ChatTurn> turns, ChatTurn turn, Answer answer)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        ArgumentNullException.ThrowIfNull(turn);
        ArgumentNullException.ThrowIfNull(answer);
        return Next(new ColumnHistory(), loaded, turns, turn, answer);
    }

    private static Prompt Next(ColumnHistory history, ReadyModel loaded, IReadOnlyList<ChatTurn> turns, ChatTurn turn, Answer answer) => history.Next(
        loaded.Generator, answer.Settings.SystemPromptOf(answer.Column), [.. turns.Take(turn.Index).Where(t => t.Answers.Any()).Select(t => t.Past(answer.Settings.Remembers(answer.Column)))], turn.User);

    private GenerationRequest Request(ReadyModel loaded, IReadOnlyList<ChatTurn> turns, ChatTurn turn, Answer answer, int mostTokens)
    {
        var now = answer.Settings;
        var prompt = Next(histories[answer.Column], loaded, turns, turn, answer);
        var interventions = VariantPlan.Interventions(answer.Variant, loaded.Axis);
        return new GenerationRequest
        {
            Prompt = prompt.Ids,
            PromptSpecial = prompt.Special,
            PromptGenerated = prompt.Generated,
            // What there is of an answer that was cut off: it goes on as if it had not been.
            Beginning = [.. answer.Ids],
            MaxTokens = answer.Given?.Count ?? answer.Ids.Count + Math.Min(now.MaxTokens, mostTokens),
            Forced = answer.Given,
            Sampling = new Sampling
            {
                Temperature = (float)now.Temperature,
                RepetitionPenalty = (float)now.RepetitionPenalty,
                Seed = Seed(answer),
            },
            Interventions = interventions,
            Watch = [.. DrawnAxis.All(loaded, Watched).Select(a => a.Watch)],
            Read = interventions.Count > 0,
        };
    }
}
