using System.CommandLine;
using AxisDemo.Serving;

namespace AxisDemo.Cli;

/// <summary>How the next token is chosen.</summary>
internal sealed class SamplingOptions
{
    private static readonly Sampling Defaults = new();
    private readonly Option<bool> greedy = new("--greedy") { Description = "Always the most likely token." };
    private readonly Option<float> temperature = new("--temperature") { Description = "Divides the logits.", HelpName = "T", DefaultValueFactory = _ => Defaults.Temperature };
    private readonly Option<float> topP = new("--top-p") { Description = "Keeps the smallest set of tokens that has this probability.", HelpName = "P", DefaultValueFactory = _ => Defaults.TopP };
    private readonly Option<int> topK = new("--top-k") { Description = "Keeps the K most likely tokens; 0 = all.", HelpName = "K", DefaultValueFactory = _ => Defaults.TopK };
    private readonly Option<float> penalty = new("--repetition-penalty") { Description = "Makes tokens of the answer less likely; 1 = off.", HelpName = "R", DefaultValueFactory = _ => Defaults.RepetitionPenalty };
    private readonly Option<ulong> seed = new("--seed") { Description = "The luck: the same seed gives the same answer.", HelpName = "S", DefaultValueFactory = _ => Defaults.Seed };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { greedy, temperature, topP, topK, penalty, seed }) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(greedy) && result.GetResult(temperature) is { Implicit: false }) result.AddError("--greedy and --temperature exclude each other: give one.");
        });
    }

    public Sampling Read(ParseResult parsed) => new()
    {
        Temperature = parsed.GetValue(greedy) ? 0 : parsed.GetValue(temperature),
        TopP = parsed.GetValue(topP),
        TopK = parsed.GetValue(topK),
        RepetitionPenalty = parsed.GetValue(penalty),
        Seed = parsed.GetValue(seed),
    };
}
