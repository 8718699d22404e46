using System.Globalization;
using AxisDemo.Serving;
using AxisDemo.Web.Keeping;
using AxisDemo.Web.Serving;

namespace AxisDemo.Web.Components.Chat;

/// <summary>A conversation of the page as a file, and back. What comes back is drawn from the file's numbers: no model computes anything.</summary>
public static class SessionFile
{
    /// <summary>The file.</summary>
    /// <param name="turns">The turns.</param>
    /// <param name="trajectory">Their tokens.</param>
    /// <param name="columns">The model of each column.</param>
    /// <param name="models">A model in memory by its id.</param>
    /// <param name="now">The time, UTC.</param>
    public static ConversationFile Of(IReadOnlyList<ChatTurn> turns, Trajectory trajectory, Func<Column, ReadyModel?> columns, Func<string, ReadyModel?> models, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(turns);
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(models);
        var all = trajectory.Since(default).Points;
        var points = all.ToLookup(p => (p.Turn, p.Column, p.Sample));
        // Who watches ever others gets those that were watched first: what is saved can be opened again.
        HashSet<string> axes = [.. all.SelectMany(p => p.More).Select(m => m.Axis).Distinct().Take(ConversationJson.MostAxes)];
        return new ConversationFile
        {
            Created = now,
            A = Column(columns(Chat.Column.A)),
            B = Column(columns(Chat.Column.B)),
            Turns = [.. turns.Select(turn => new FiledTurn
            {
                User = turn.User,
                Settings = Settings(turn.Settings),
                A = [.. turn.A.Select(answer => Answer(turn, answer, points, axes, columns(Chat.Column.A), models))],
                B = [.. turn.B.Select(answer => Answer(turn, answer, points, axes, columns(Chat.Column.B), models))],
            })],
        };
    }

    /// <summary>The turns of a file, their tokens put into a trajectory that is empty.</summary>
    /// <param name="file">The file.</param>
    /// <param name="trajectory">Takes the tokens.</param>
    /// <param name="columns">The models that the columns go on with; ids of a file are theirs only if they wrote them.</param>
    public static List<ChatTurn> Restore(ConversationFile file, Trajectory trajectory, Func<Column, ReadyModel?> columns)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(columns);
        var (a, b) = (columns(Chat.Column.A), columns(Chat.Column.B));
        var turns = new List<ChatTurn>(file.Turns.Count);
        var system = "";
        for (var t = 0; t < file.Turns.Count; t++)
        {
            var filed = file.Turns[t];
            // A transcript says its system prompt once.
            system = filed.Settings?.SystemPrompt ?? system;
            var settings = filed.Settings is { } s ? Settings(s) : new ChatSettings { SystemPrompt = system };
            var turn = new ChatTurn(t, filed.User, settings,
                [.. filed.A.Select((answer, i) => Blank(t, Chat.Column.A, i, answer, settings, file.A, a))],
                [.. filed.B.Select((answer, i) => Blank(t, Chat.Column.B, i, answer, settings, file.B, b))]);
            trajectory.Begin(Start(turn, Chat.Column.A, a), Start(turn, Chat.Column.B, b), t > 0 && SettingsChange.Words(turns[^1], turn) is not null);
            foreach (var (answer, from) in turn.A.Zip(filed.A).Concat(turn.B.Zip(filed.B))) Fill(answer, from, trajectory);
            trajectory.Complete(t);
            turns.Add(turn);
        }

        return turns;
    }

    /// <summary>What the conversation goes on with: the last turn's settings; null where the file has none.</summary>
    public static ChatSettings? Settings(ConversationFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Turns.LastOrDefault(t => t.Settings is not null)?.Settings is { } last ? Settings(last) : null;
    }

    /// <summary>The axes beside the main one that the file has readings of, by their <see cref="DrawnAxis.Key"/>.</summary>
    public static IEnumerable<string> Axes(ConversationFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Turns.SelectMany(turn => turn.A.Concat(turn.B)).SelectMany(answer => answer.More ?? []).Select(readings => readings.Axis).Distinct();
    }

    private static FiledColumn Column(ReadyModel? loaded) => loaded is null ? new FiledColumn() : new FiledColumn { Model = Model(loaded), Axis = Axis(loaded.Axis) };

    private static FiledModel Model(ReadyModel loaded) =>
        new(loaded.Name, loaded.Generator.Model.Sha256, loaded.Generator.Model.Architecture, loaded.Generator.Model.Quantization, loaded.Generator.Model.Engine);

    private static FiledAxis? Axis(ChatAxis? axis) => axis is null ? null : new FiledAxis(axis.Name, axis.Sha256, axis.DisplayLayer, axis.Offset);

    // What wrote an answer, where that is not what its column says.
    private static AnswerOrigin? Other(Answer answer, ReadyModel? column, Func<string, ReadyModel?> models) =>
        answer.Origin ?? (answer.Model == column?.Id ? null
            : models(answer.Model) is { } other ? new AnswerOrigin(Model(other), Axis(other.Axis)) : new AnswerOrigin(new FiledModel(answer.Model), null));

    private static FiledAnswer Answer(ChatTurn turn, Answer answer, ILookup<(int, Column, int), TokenPoint> points, HashSet<string> axes, ReadyModel? column, Func<string, ReadyModel?> models)
    {
        var other = Other(answer, column, models);
        var tokens = points[(turn.Index, answer.Column, answer.Sample)].OrderBy(p => p.Index).ToList();
        lock (answer.Gate)
        {
            var measured = tokens.Count > 0 && tokens.Count == answer.Ids.Count;
            return new FiledAnswer
            {
                Text = answer.Text,
                Reason = answer.Reason,
                Error = answer.Error,
                Settings = answer.Settings == turn.Settings ? null : Settings(answer.Settings),
                Continuations = answer.Continuations,
                Replayed = answer.Given is not null,
                Model = other is null ? null : other.Model ?? new FiledModel("unknown"),
                Axis = other?.Axis,
                // What was not sampled here has no seed.
                Seed = answer.Ids.Count > 0 && answer.Given is null ? TurnRunner.Seed(answer) : null,
                More = measured && tokens[0].More.Count > 0 ? [.. tokens[0].More.Where(m => axes.Contains(m.Axis)).Select(m => Readings(m.Axis, [.. tokens.Select(p => p.More.Where(x => x.Axis == m.Axis).Select(x => (AxisPoint?)x).FirstOrDefault())]))] : null,
                Ids = [.. answer.Ids],
                Tokens = measured ? [.. tokens.Select(p => p.Text)] : null,
                Pre = measured ? [.. tokens.Select(p => Finite(p.Pre))] : null,
                Post = measured ? [.. tokens.Select(p => Finite(p.Post))] : null,
                Read = measured ? [.. tokens.Select(p => Finite(p.Read))] : null,
                Touched = measured ? [.. tokens.Select(p => p.Touched)] : null,
                LiftedLayers = measured ? [.. tokens.Select(p => p.Lifted)] : null,
                Kl = measured && tokens.Exists(p => p.Kl is not null) ? [.. tokens.Select(p => p.Kl is { } kl ? Finite(kl) : null)] : null,
                PlainChoice = measured && tokens.Exists(p => p.PlainChoice is not null) ? [.. tokens.Select(p => p.PlainChoice)] : null,
            };
        }
    }

    // JSON has no infinity; a model that yields one has not measured anything.
    private static float? Finite(float value) => float.IsFinite(value) ? value : null;

    private static FiledReadings Readings(string axis, IReadOnlyList<AxisPoint?> points) =>
        new(axis, [.. points.Select(p => p is { } x ? Finite(x.Pre) : null)], [.. points.Select(p => p is { } x ? Finite(x.Post) : null)], [.. points.Select(p => p is { } x ? Finite(x.Read) : null)]);

    private static Answer Blank(int turn, Column column, int sample, FiledAnswer filed, ChatSettings settings, FiledColumn source, ReadyModel? loaded)
    {
        var (model, axis) = filed.Model is null ? (source.Model, source.Axis) : (filed.Model, filed.Axis);
        var own = loaded is not null && filed.Ids is { Count: > 0 } && model?.Sha256 is { Length: > 0 } sha && sha == loaded.Generator.Model.Sha256;
        var comparable = own && (axis?.Sha256 ?? "") == (loaded!.Axis?.Sha256 ?? "");
        var asked = filed.Settings is { } s ? Settings(s) : settings;
        return new Answer(turn, column, sample, asked, own ? loaded!.Id : "", comparable ? TurnRunner.Tint(asked[column], loaded!.Axis) : null, filed.Replayed ? filed.Ids ?? [] : null, filed.Continuations)
        {
            KeptSeed = filed.Seed,
            Origin = comparable ? null : new AnswerOrigin(model, axis),
        };
    }

    // A floor is drawn where the numbers are this host's own.
    private static ColumnStart Start(ChatTurn turn, Column column, ReadyModel? loaded)
    {
        var shown = turn.Shown(column);
        var variant = (shown?.Settings ?? turn.Settings)[column];
        return new ColumnStart(variant.Name, shown is { Origin: null } ? VariantPlan.Floor(variant, loaded?.Axis) : null, turn[column].Count);
    }

    // The same events that wrote the answer once write it again.
    private static void Fill(Answer answer, FiledAnswer filed, Trajectory trajectory)
    {
        // Where nothing was measured the file has ids alone: the text is the first one's, and the ids are known again.
        var tokens = filed.Tokens ?? (filed.Ids is { Count: > 0 } ids ? [filed.Text, .. Enumerable.Repeat("", ids.Count - 1)] : null);
        for (var i = 0; i < (tokens?.Count ?? 0); i++)
        {
            List<TokenProjection> projections = filed.Pre?[i] is { } pre
                ? [new TokenProjection(DrawnAxis.Main, 0, pre, filed.Post?[i] ?? pre, filed.Touched?[i] ?? false) { Read = filed.Read?[i] }] : [];
            if (projections.Count > 0)
                projections.AddRange((filed.More ?? []).Where(m => m.Pre[i] is not null).Select(m => new TokenProjection(m.Axis, 0, m.Pre[i]!.Value, m.Post[i] ?? m.Pre[i]!.Value, false) { Read = m.Read[i] }));
            var token = new TokenEvent(i, filed.Ids?[i] ?? 0, tokens![i], projections) { Kl = filed.Kl?[i], PlainChoice = filed.PlainChoice?[i], LiftedLayers = filed.LiftedLayers?[i] };
            if (answer.Take(token) is { } point) trajectory.Add(point);
        }

        // What is left of the text: all of it in a transcript, half a character at the end of an answer that was cut.
        var written = string.Concat(tokens ?? []);
        var rest = filed.Text.StartsWith(written, StringComparison.Ordinal) ? filed.Text[written.Length..] : "";
        if (filed.Error is null) answer.Take(new FinishedEvent(filed.Reason ?? (filed.Ids is null ? "stop" : "cancelled"), tokens?.Count ?? 0, 0) { Text = rest });
        else answer.End(null, filed.Error);
    }

    private static FiledSettings Settings(ChatSettings s) => new()
    {
        Temperature = s.Temperature,
        MaxTokens = s.MaxTokens,
        Seed = s.Seed,
        RepetitionPenalty = s.RepetitionPenalty,
        Repeats = s.Repeats,
        SystemPrompt = s.SystemPrompt,
        History = s.History switch { HistorySource.FromA => "fromA", HistorySource.FromB => "fromB", _ => "own" },
        A = Variant(s.A),
        B = Variant(s.B),
    };

    private static ChatSettings Settings(FiledSettings s) => new()
    {
        // A transcript says nothing of sampling.
        Temperature = s.MaxTokens > 0 ? s.Temperature : new ChatSettings().Temperature,
        MaxTokens = s.MaxTokens > 0 ? s.MaxTokens : new ChatSettings().MaxTokens,
        Seed = s.Seed,
        RepetitionPenalty = s.RepetitionPenalty,
        Repeats = s.Repeats,
        SystemPrompt = s.SystemPrompt,
        History = s.History switch { "fromA" => HistorySource.FromA, "fromB" => HistorySource.FromB, _ => HistorySource.Own },
        A = s.A is { } a ? Variant(a) : ColumnVariant.Plain,
        B = s.B is { } b ? Variant(b) : ColumnVariant.Capped,
    };

    private static FiledVariant Variant(ColumnVariant v) => new()
    {
        Kind = v.Kind switch { VariantKind.Capped => "capped", VariantKind.Steered => "steered", _ => "plain" },
        Percentile = v.Kind == VariantKind.Capped ? v.Percentile : null,
        Band = v.Kind == VariantKind.Capped ? v.Band?.ToString() : null,
        Toward = v.Kind == VariantKind.Steered ? v.Toward : null,
        ControlSeed = v is { Kind: VariantKind.Steered, Toward: ColumnVariant.TowardRandom } ? v.ControlSeed : null,
        Strength = v.Kind == VariantKind.Steered ? v.Strength : null,
        SystemPrompt = v.SystemPrompt,
        Model = v.Model,
    };

    private static ColumnVariant Variant(FiledVariant v)
    {
        var plain = new ColumnVariant { SystemPrompt = v.SystemPrompt, Model = v.Model };
        return v.Kind switch
        {
            "capped" => plain with { Kind = VariantKind.Capped, Percentile = v.Percentile, Band = BandOf(v.Band) },
            "steered" => plain with { Kind = VariantKind.Steered, Toward = v.Toward ?? ColumnVariant.TowardAssistant, Strength = v.Strength ?? 0, ControlSeed = v.ControlSeed ?? 0 },
            _ => plain,
        };
    }

    private static Band? BandOf(string? text) =>
        text?.Split(':') is [var from, var to] && int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var a) && int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var b) ? new Band(a, b) : null;
}
