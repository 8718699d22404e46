using System.CommandLine;
using System.Numerics.Tensors;
using AxisDemo.Formats;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis logits</c>: one forward pass, logits and hooks into a safetensors file.</summary>
internal static class LogitsCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var prompt = new PromptOptions();
        var interventions = new InterventionOptions(watch: false);
        var hooks = new Option<string?>("--hooks") { Description = "Hook points by their TransformerLens names, with commas: blocks.3.hook_resid_post.", HelpName = "NAMES" };
        var output = new Option<string>("--out") { Description = "The safetensors file to write.", HelpName = "F.safetensors", Required = true };
        var positions = new Option<string>("--logits") { Description = "Positions whose logits are written.", DefaultValueFactory = _ => "all" };
        positions.AcceptOnlyFromAmong("all", "last", "none");
        var mean = new Option<bool>("--mean") { Description = "Each hook's mean over the tokens, [width], in the place of a row for each: what mask_head and mean_ablate put in." };
        var json = CommonOptions.Json();
        var command = new Command("logits", "One forward pass: logits [tokens, vocabulary] and any hook, as float32.") { hooks, mean, output, positions, json };
        model.AddTo(command);
        prompt.AddTo(command);
        interventions.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            using var loaded = model.Load(parsed, cancellation);
            var given = prompt.Read(parsed, loaded.Tokenizer, () => loaded.Template);
            var points = (parsed.GetValue(hooks) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Distinct().Select(name => HookPoint.Parse(name, loaded.Info.Layers)).ToList();
            var from = parsed.GetValue(positions) switch { "last" => given.Ids.Length - 1, "none" => given.Ids.Length, _ => 0 };
            var means = parsed.GetValue(mean);
            if (means && points.Count == 0) throw new InputException("--mean", "", "there is nothing to take the mean of.", "Name hook points with --hooks.");
            if (means && points.Exists(p => p.Site == Site.Pattern)) throw new InputException("--mean", "", "attention patterns have no mean: each token has as many numbers as there are before it.", "Leave the patterns out.");
            var changes = interventions.Read(parsed, loaded.Info, given.Ids.Length).Interventions;
            var seen = Inspector.Run(loaded.Transformer, given.Ids, points, changes, logitsFrom: from, marks: given.Marks());
            cancellation.ThrowIfCancellationRequested();

            var tensors = Tensors(seen, given.Ids.Length, loaded.Info.Vocabulary, means);
            foreach (var (name, _, data) in tensors)
                if (!TensorPrimitives.IsFiniteAll<float>(data)) throw new WorkFailedException(RangeFault.Says(name == "logits" ? "a logit" : $"a value of {name}", changes.Count > 0));
            SafetensorsWriter.Write(parsed.GetRequiredValue(output), tensors, new Dictionary<string, string>
            {
                ["model"] = loaded.Info.Name,
                ["model_sha256"] = loaded.Info.Sha256,
                ["ids"] = string.Join(',', given.Ids),
                ["engine"] = loaded.Info.Engine,
            });
            if (parsed.GetValue(json)) Output.Json(new { ids = given.Ids, pieces = given.Ids.Select(id => Convert.ToHexStringLower(loaded.Tokenizer.Bytes(id))), path = parsed.GetRequiredValue(output), tensors = tensors.Select(t => new { name = t.Name, shape = t.Shape }) });
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static List<(string Name, long[] Shape, float[] Data)> Tensors(Inspection seen, int tokens, int vocabulary, bool mean)
    {
        var tensors = new List<(string, long[], float[])>();
        if (seen.Logits.Length > 0) tensors.Add(("logits", [seen.Logits.Length / vocabulary, vocabulary], seen.Logits));
        foreach (var (name, values) in seen.Hooks)
        {
            if (mean)
            {
                tensors.Add((name, [values.Length / tokens], Mean(values, tokens)));
                continue;
            }

            var isPattern = name.EndsWith("hook_pattern", StringComparison.Ordinal);
            tensors.Add((name, isPattern ? [values.Length / tokens / tokens, tokens, tokens] : [tokens, values.Length / tokens], values));
        }

        return tensors;
    }

    private static float[] Mean(float[] rows, int count)
    {
        var sums = new double[rows.Length / count];
        for (var i = 0; i < rows.Length; i++) sums[i % sums.Length] += rows[i];
        return [.. sums.Select(s => (float)(s / count))];
    }
}
