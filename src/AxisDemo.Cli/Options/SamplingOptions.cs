using System.CommandLine;
using AxisDemo.Serving;

namespace AxisDemo.Cli;

/// <summary>How the next token is chosen.</summary>
internal sealed class SamplingOptions
{
    private static readonly Sampling Defaults = new();
    private readonly Option<bool> greedy = new("--greedy") { Description = "Always the most likely token." };
    private readonly Option<float> temperature = new Option<float>("--temperature") { Description = "Divides the logits.", HelpName = "T", DefaultValueFactory = _ => Defaults.Temperature }.Exact();
    private readonly Option<float> topP = new Option<float>("--top-p") { Description = "Keeps the smallest set of tokens that has this probability.", HelpName = "P", DefaultValueFactory = _ => Defaults.TopP }.Exact();
    private readonly Option<int> topK = new Option<int>("--top-k") { Description = "Keeps the K most likely tokens; 0 = all.", HelpName = "K", DefaultValueFactory = _ => Defaults.TopK }.Exact();
    private readonly Option<float> penalty = new Option<float>("--repetition-penalty") { Description = "Makes tokens of the answer less likely; 1 = off.", HelpName = "R", DefaultValueFactory = _ => Defaults.RepetitionPenalty }.Exact();
    private readonly Option<ulong> seed = new Option<ulong>("--seed") { Description = "The luck: the same seed gives the same answer. Each turn of a conversation derives its own seed from it.", HelpName = "S", DefaultValueFactory = _ => Defaults.Seed }.Exact();
    private readonly Option<ulong?> answerSeed = new Option<ulong?>("--answer-seed") { Description = "The answer's own seed, as the event started and saved files say it, instead of --seed.", HelpName = "S" }.Exact();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { greedy, temperature, topP, topK, penalty, seed, answerSeed }) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(greedy) && result.GetResult(temperature) is { Implicit: false }) result.AddError("--greedy and --temperature exclude each other: give one.");
            if (result.GetResult(answerSeed) is not null && result.GetResult(seed) is { Implicit: false }) result.AddError("--seed and --answer-seed exclude each other: give one.");
        });
    }

    /// <param name="parsed">The command line.</param>
    /// <param name="turn">The turn of the conversation that is answered.</param>
    public Sampling Read(ParseResult parsed, int turn) => new()
    {
        Temperature = parsed.GetValue(greedy) ? 0 : parsed.GetValue(temperature),
        TopP = parsed.GetValue(topP),
        TopK = parsed.GetValue(topK),
        RepetitionPenalty = parsed.GetValue(penalty),
        Seed = parsed.GetValue(answerSeed) ?? ConversationSeed.OfTurn(parsed.GetValue(seed), turn),
    };
}
