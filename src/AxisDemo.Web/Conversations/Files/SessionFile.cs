using System.Globalization;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>A conversation of the page as a file, and back. What comes back is drawn from the file's numbers: no model computes anything.</summary>
public static class SessionFile
{
    // Those that every conversation had before there were others.
    private static readonly Column[] FirstColumns = [Column.A, Column.B];

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
            Version = turns.All(turn => turn.Columns.Keys.SequenceEqual(FirstColumns)) ? 1 : ConversationFile.CurrentVersion,
            Created = now,
            A = Filed(Column.A),
            B = Filed(Column.B),
            C = Filed(Column.C),
            D = Filed(Column.D),
            Turns = [.. turns.Select(turn => new FiledTurn
            {
                User = turn.User,
                Settings = Settings(turn.Settings),
                A = Answers(turn, Column.A),
                B = Answers(turn, Column.B),
                C = Answers(turn, Column.C),
                D = Answers(turn, Column.D),
            })],
        };

        FiledColumn? Filed(Column column) => turns.Count == 0 ? FirstColumns.Contains(column) ? Of(columns(column)) : null
            : turns.Any(turn => turn.Columns.Has(column)) ? Of(columns(column)) : null;

        IReadOnlyList<FiledAnswer>? Answers(ChatTurn turn, Column column) =>
            turn.Columns.Has(column) ? [.. turn[column].Select(answer => Answer(turn, answer, points, axes, columns(column), models))] : null;
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
        var models = file.Turns.SelectMany(turn => turn.Columns).Distinct().ToDictionary(column => column, columns);
        var turns = new List<ChatTurn>(file.Turns.Count);
        var system = "";
        for (var t = 0; t < file.Turns.Count; t++)
        {
            var filed = file.Turns[t];
            // A transcript says its system prompt once.
            system = filed.Settings?.SystemPrompt ?? system;
            var settings = filed.Settings is { } s ? Settings(s, filed.Columns) : new ChatSettings { SystemPrompt = system };
            var turn = new ChatTurn(t, filed.User, settings, new(filed.Columns.Select(column =>
                (column, (IReadOnlyList<Answer>)[.. filed[column]!.Select((answer, i) => Blank(t, column, i, answer, settings, file[column]!, models[column]))]))));
            trajectory.Begin(turn.Columns.Map((column, _) => Start(turn, column, models[column])), t > 0 ? SettingsChange.Words(turns[^1], turn) : null);
            foreach (var (answer, from) in turn.Answers.Zip(filed.Answers)) Fill(answer, from, trajectory);
            trajectory.Complete(t);
            turns.Add(turn);
        }

        return turns;
    }

    /// <summary>What the conversation goes on with: the last turn's settings; null where the file has none.</summary>
    public static ChatSettings? Settings(ConversationFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Turns.LastOrDefault(t => t.Settings is not null) is { Settings: { } last } turn ? Settings(last, turn.Columns) : null;
    }

    /// <summary>The axes beside the main one that the file has readings of, by their <see cref="DrawnAxis.Key"/>.</summary>
    public static IEnumerable<string> Axes(ConversationFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Turns.SelectMany(turn => turn.Answers).SelectMany(answer => answer.More ?? []).Select(readings => readings.Axis).Distinct();
    }

    private static FiledColumn Of(ReadyModel? loaded) => loaded is null ? new FiledColumn() : new FiledColumn { Model = Model(loaded), Axis = Axis(loaded.Axis) };

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
                Reason = answer.Reason?.Word(),
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
        var asked = filed.Settings is { } s ? Settings(s, [column]) : settings;
        if (!asked.Columns.Has(column)) asked = asked.With(column, ColumnVariant.Of(column));
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
        var variant = turn.SettingsOf(column)[column];
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
        if (filed.Error is null) answer.Take(new FinishedEvent(FinishReasons.Parse(filed.Reason) ?? (filed.Ids is null || filed.Reason is not null ? FinishReason.Stop : FinishReason.Cancelled), tokens?.Count ?? 0, 0) { Text = rest });
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
        History = s.History is { } column ? $"from{column}" : "own",
        A = Variant(s.Columns.Find(Column.A)),
        B = Variant(s.Columns.Find(Column.B)),
        C = Variant(s.Columns.Find(Column.C)),
        D = Variant(s.Columns.Find(Column.D)),
    };

    // Of these columns, and of those that it says something of.
    private static ChatSettings Settings(FiledSettings s, IEnumerable<Column> columns) => new()
    {
        // A transcript says nothing of sampling.
        Temperature = s.MaxTokens > 0 ? s.Temperature : new ChatSettings().Temperature,
        MaxTokens = s.MaxTokens > 0 ? s.MaxTokens : new ChatSettings().MaxTokens,
        Seed = s.Seed,
        RepetitionPenalty = s.RepetitionPenalty,
        Repeats = s.Repeats,
        SystemPrompt = s.SystemPrompt,
        History = Enum.TryParse<Column>(s.History.Replace("from", "", StringComparison.Ordinal), out var remembered) ? remembered : null,
        Columns = new(Columns.All.Where(column => s[column] is not null || columns.Contains(column)).Select(column => (column, s[column] is { } variant ? Variant(variant) : ColumnVariant.Of(column)))),
    };

    private static FiledVariant? Variant(ColumnVariant? v) => v is null ? null : new()
    {
        Kind = v.Kind.Word(),
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
        return VariantKinds.Parse(v.Kind) switch
        {
            VariantKind.Capped => plain with { Kind = VariantKind.Capped, Percentile = v.Percentile, Band = BandOf(v.Band) },
            VariantKind.Steered => plain with { Kind = VariantKind.Steered, Toward = v.Toward ?? ColumnVariant.TowardAssistant, Strength = v.Strength ?? 0, ControlSeed = v.ControlSeed ?? 0 },
            VariantKind.Plain or null => plain,
        };
    }

    private static LayerRange? BandOf(string? text) => text?.Contains(':', StringComparison.Ordinal) == true && LayerRange.TryParse(text, out var range) ? range : null;
}
