using AxisDemo.Interp;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Tests.Serving;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Interp;

/// <summary>The whole way on the embedded model, a few tokens of it: extract, build, project, score, against one plain forward pass.</summary>
public sealed class EmbeddedModelAxisTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const int Layer = 21;

    private static readonly PromptSet Prompts = new(
        [new("pirate", "", ["You are a pirate."]), new("clerk", "", ["You are a clerk."])], new("default", "", [""]), ["Who are you?"]);

    private Engine Engine => fixture.Engine;

    private ChatPromptEncoder Encoder => new(Engine.Tokenizer, Engine.Template);

    [Fact]
    public async Task Rollouts_axis_and_projections_equal_a_direct_computation()
    {
        using var folder = new TemporaryFolder();
        var plan = Extraction.CreatePlan(Engine, Encoder, Prompts, 1, 1, 2, 6, new Sampling { Seed = 1 }, "pmi");
        await new Extraction(Engine, Encoder, Prompts, plan).RunAsync(folder.Path, 0, 1, 4, null, default);
        var build = AxisBuilder.Build(RolloutShard.Find([folder.Path]), new BuildOptions { DisplayLayer = Layer });
        var axis = new AxisFile(build.Parts);
        axis.EnsureMatches(Engine.Model.Name, Engine.Model.Sha256, Engine.Model.Layers, Engine.Model.Width);

        using var shard = RolloutShard.Read(RolloutShard.Find([folder.Path]).Single());
        using var model = LoadedModel.Load(Repository.Model, new CpuOps(new CpuOptions { Threads = 2 }));
        var rollouts = Enumerable.Range(0, shard.Keys.Count()).Select(shard.Get).ToList();
        Assert.Equal(4, rollouts.Count);
        foreach (var rollout in rollouts)
        {
            var system = Prompts.Find(rollout.Key.Role)!.Prompts[0];
            var prompt = Encoder.Encode(system, "Who are you?");
            var width = model.Info.Width;
            var seen = Inspector.Run(model.Transformer, [.. prompt, .. rollout.Tokens], [new HookPoint(Site.ResidPost, Layer)]).Hooks[$"blocks.{Layer}.hook_resid_post"];
            double Direct(int j) => Enumerable.Range(prompt.Count, rollout.Tokens.Length).Average(t => (double)seen[t * width + j]);
            for (var j = 0; j < width; j++) Assert.Equal(Direct(j), rollout.Mean[Layer * width + j], 1e-3);
            var norm = Enumerable.Range(prompt.Count, rollout.Tokens.Length).Average(t => Statistics.Norm(Array.ConvertAll(seen[(t * width)..((t + 1) * width)], v => (double)v)));
            Assert.Equal(norm, rollout.MeanNorm[Layer], 1e-2);

            if (rollout.Key.Role != PromptSet.DefaultRole)
                Assert.Equal(LogProb(model, prompt, rollout.Tokens) - LogProb(model, Encoder.Encode("", "Who are you?"), rollout.Tokens), rollout.Score, 1e-3);
        }
    }

    [Fact]
    public async Task A_conversation_is_projected_message_by_message_without_headers_and_the_first_position()
    {
        ChatMessage[] messages = [new("system", "You are a pirate."), new("user", "Who are you?"), new("assistant", "Arr, I am Jack.")];
        var turns = await ConversationProjection.RunAsync(Engine, Engine.Tokenizer, Engine.Template, messages, fixture.Watch, [fixture.Cap], perToken: true, default);

        using var model = LoadedModel.Load(Repository.Model, new CpuOps(new CpuOptions { Threads = 2 }));
        var ids = Engine.Tokenizer.EncodePrompt(Engine.Template.Render(messages, addGenerationPrompt: false));
        var seen = Inspector.Run(model.Transformer, ids, [new HookPoint(Site.ResidPost, Layer)], [fixture.Cap]).Hooks[$"blocks.{Layer}.hook_resid_post"];
        Assert.Equal(["You are a pirate.", "Who are you?", "Arr, I am Jack."], turns.Select(t => string.Concat(t.PerToken!.Select(p => p.Text))));
        foreach (var turn in turns)
        {
            Assert.Equal(turn.PerToken!.Count, turn.Tokens);
            Assert.All(turn.PerToken, t => Assert.Equal(fixture.Watch.Vector.Project(seen.AsSpan(t.Position * 576, 576)), t.Post, 1e-2));
            Assert.Equal(turn.PerToken.Average(t => (double)t.Post), turn.Post!.Value, 1e-6);
            Assert.True(turn.Post >= turn.Pre);
        }

        Assert.Contains(turns[2].PerToken!, t => t.Touched);
    }

    [Fact]
    public async Task A_cap_that_spares_the_template_spares_its_role_words_in_a_projected_conversation()
    {
        ChatMessage[] messages = [new("user", "Who are you?"), new("assistant", "Arr, I am Jack.")];
        var axis = AxisFile.Open(Path.ChangeExtension(Repository.Model, null).Replace(".Q4_1", "", StringComparison.Ordinal) + ModelCatalog.AxisEnding);
        var (cap, watch) = (axis.Cap(18, 27, 99, Positions.NoSpecial), axis.Watch());
        var turns = await ConversationProjection.RunAsync(Engine, Engine.Tokenizer, Engine.Template, messages, watch, [cap], perToken: true, default);

        using var model = LoadedModel.Load(Repository.Model, new CpuOps(new CpuOptions { Threads = 2 }));
        var prompt = Conversation.Encode(Engine.Tokenizer, Engine.Template, messages, addGenerationPrompt: false);
        var name = $"blocks.{watch.Layer}.hook_resid_post";
        var seen = Inspector.Run(model.Transformer, prompt.Ids, [new HookPoint(Site.ResidPost, watch.Layer)], [cap], marks: prompt.Marks()).Hooks[name];
        Assert.All(turns.SelectMany(t => t.PerToken!), t => Assert.Equal(watch.Vector.Project(seen.AsSpan(t.Position * 576, 576)) - axis.Offset(watch.Layer), t.Post, 1e-2));
        Assert.False(axis.WasRenderedOtherwise(Engine.Template));
        Assert.True(axis.WasRenderedOtherwise(ChatTemplate.Parse("{{ messages[0].content }}", "other")));
    }

    private static double LogProb(LoadedModel model, IReadOnlyList<int> prompt, int[] tokens)
    {
        var run = Inspector.Run(model.Transformer, [.. prompt, .. tokens], logitsFrom: prompt.Count - 1);
        var vocabulary = model.Info.Vocabulary;
        double sum = 0;
        for (var t = 0; t < tokens.Length; t++)
        {
            var logits = run.Logits.AsSpan(t * vocabulary, vocabulary).ToArray();
            var most = logits.Max();
            sum += logits[tokens[t]] - most - Math.Log(logits.Sum(l => Math.Exp(l - most)));
        }

        return sum / tokens.Length;
    }
}
