using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Tests.Formats;

namespace AxisDemo.Tests.Serving;

/// <summary>
/// Any number that a request can carry, the extremes of float32 above all: it is refused by its name, or the request ends in an error of
/// its own, or each of its tokens comes from its own distribution; and a request beside another gives the same bytes as alone.
/// </summary>
public sealed class NumericFieldTests : IDisposable
{
    private const int Tokens = 6;
    // exp of this is 0 in any sampler: 53 bits of luck reach to about 37, and are added twice.
    private const double Impossible = 80;
    private static readonly int[] Prompt = [1, 50, 60, 70, 80, 90];
    private static readonly float[] Extremes =
    [
        0, -0f, float.Epsilon, -float.Epsilon, 1e-45f, 1e-40f, 1e-38f, 1.17549435e-38f, 2.938736e-39f, 1e-30f, 1e-20f, 1e-7f, 0.1f, 0.5f, 0.7f, 0.9f, 0.99999994f, 1, 1.0000001f, 1.5f, 2, 10, 99, 100,
        100.00001f, 1e5f, 1e10f, 1e17f, 1e19f, 1e20f, 1e30f, 1e38f, float.MaxValue, -1, -1e20f, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];
    private static readonly int[] Wholes = [0, 1, -1, int.MaxValue, int.MinValue, 300, 301];
    private static readonly string[] Fields = ["temperature", "topP", "topK", "repetitionPenalty", "maxTokens", "threshold", "coefficient", "vector", "watch"];

    private readonly LoadedModel model = Load();
    private readonly Engine first = new(Load()), second = new(Load());

    [Fact]
    public async Task Any_number_is_refused_by_its_name_or_gives_tokens_of_the_requests_own_distribution()
    {
        var neighbour = new GenerationRequest { Prompt = [1, 44, 55], MaxTokens = Tokens, Sampling = new() { Seed = 5 }, LogProbs = true, StopAtEndOfTurn = false };
        var neighbours = await Collect(first, neighbour);
        var (answered, failed, refused) = (0, 0, new HashSet<string>());
        for (var seed = 0; seed < Mutations.Cases; seed++)
        {
            var what = $"seed {seed}";
            GenerationRequest request;
            List<string> alone;
            try
            {
                request = Make(new Random(seed));
                alone = await Collect(first, request);
            }
            catch (InputException e)
            {
                Assert.True(Fields.Contains(e.Field), $"{what}: {e.Message}");
                refused.Add(e.Field);
                continue;
            }

            var (beside, other) = (Collect(second, neighbour), Collect(second, request));
            Assert.Equal(neighbours, await beside);
            Assert.Equal(alone, await other);
            if (alone[^1].Contains("\"failed\"", StringComparison.Ordinal))
            {
                Assert.Contains("not a finite number", alone[^1], StringComparison.Ordinal);
                // The model's own numbers are finite: sampling alone takes them nowhere.
                Assert.NotEmpty(request.Interventions);
                failed++;
                continue;
            }

            answered++;
            List<TokenEvent> tokens = [];
            await foreach (var e in first.StreamAsync(request))
                if (e is TokenEvent token) tokens.Add(token);
            Check(what, request, tokens);
        }

        // The cases reach all three ends.
        Assert.True(answered > Mutations.Cases / 10 && failed > 0 && refused.Count > 4, $"{answered} answered, {failed} failed, refused: {string.Join(", ", refused)}");
    }

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
        model.Dispose();
    }

    private static LoadedModel Load() => LoadedModel.Load(Repository.Fixture("tiny-models", "smollm", "smollm.gguf"), new CpuOps(new CpuOptions { Threads = 1 }));

    // Sampling's numbers are odd, or the interventions' are, or both: one that is refused hides the others.
    private GenerationRequest Make(Random random)
    {
        var (oddSampling, oddVectors) = random.Next(3) switch { 0 => (true, false), 1 => (false, true), _ => (true, true) };
        float Any(float ordinary, bool odd) => !odd ? ordinary : random.Next(3) switch
        {
            0 => Extremes[random.Next(Extremes.Length)],
            1 when random.Next(3) == 0 => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)),
            _ => ordinary,
        };
        int Whole(int ordinary) => oddSampling && random.Next(6) == 0 ? Wholes[random.Next(Wholes.Length)] : ordinary;
        var size = random.Next(6) == 0 ? Math.Abs(Any(1, oddVectors)) : 1;
        var values = Enumerable.Range(0, model.Info.Width).Select(_ => (float)(random.NextDouble() - 0.5) * size).ToArray();
        var amount = Any(2, oddVectors);
        List<Intervention> interventions = [];
        if (oddVectors || random.Next(2) == 0)
        {
            var direction = new Direction("random", values);
            interventions.Add(random.Next(3) switch
            {
                0 => Intervention.Add([(1, direction, amount), (2, direction, amount), (3, direction, amount)]),
                1 => Intervention.Cap([(1, direction, amount), (2, direction, amount)]),
                _ => Intervention.Ablate([(1, direction, amount, direction)]),
            });
        }

        return new GenerationRequest
        {
            Prompt = Prompt,
            MaxTokens = oddSampling && random.Next(8) == 0 ? Wholes[random.Next(5)] : Tokens,
            StopAtEndOfTurn = false,
            LogProbs = true,
            Read = random.Next(2) == 0,
            Interventions = interventions,
            Watch = random.Next(3) == 0 ? [new Watch("random", 2, new Direction("random", values), Any(0, oddVectors))] : [],
            Sampling = new Sampling { Temperature = Any(0.7f, oddSampling), TopP = Any(0.9f, oddSampling), TopK = Whole(0), RepetitionPenalty = Any(1, oddSampling), Seed = (ulong)random.NextInt64() },
        };
    }

    private void Check(string what, GenerationRequest request, List<TokenEvent> tokens)
    {
        Assert.Equal(request.MaxTokens, tokens.Count);
        int[] ids = [.. tokens.Select(t => t.Id)];
        var seen = Inspector.Run(model.Transformer, [.. Prompt, .. ids], interventions: request.Interventions, logitsFrom: Prompt.Length - 1);
        for (var t = 0; t < ids.Length; t++)
        {
            Assert.True(float.IsFinite(tokens[t].LogProb!.Value) && float.IsFinite(tokens[t].Kl ?? 0) && float.IsFinite(tokens[t].ReadLogProb ?? 0), what);
            Assert.All(tokens[t].Projections, p => Assert.True(float.IsFinite(p.Pre) && float.IsFinite(p.Post) && float.IsFinite(p.Read ?? 0), what));
            var logits = seen.Logits.AsSpan(t * model.Info.Vocabulary, model.Info.Vocabulary).ToArray();
            Assert.All(logits, l => Assert.True(float.IsFinite(l), what));
            foreach (var id in ids[..t].Distinct()) logits[id] = logits[id] > 0 ? logits[id] / request.Sampling.RepetitionPenalty : logits[id] * request.Sampling.RepetitionPenalty;
            Possible($"{what}, token {t}", logits, ids[t], request.Sampling);
        }
    }

    // The request's own distribution in double: the token is not beyond top-k, nor beyond top-p, nor at a probability of nothing.
    private static void Possible(string what, float[] logits, int id, Sampling s)
    {
        double max = logits.Max();
        var likelier = logits.Where(l => l > logits[id]).ToArray();
        if (s.Temperature == 0)
        {
            Assert.Empty(likelier);
            return;
        }

        Assert.True((max - logits[id]) / s.Temperature < Impossible, $"{what}: {logits[id]} beside {max} at {s.Temperature}");
        if (s.TopK > 0) Assert.True(likelier.Length < s.TopK, what);
        var total = logits.Sum(l => Math.Exp((l - max) / s.Temperature));
        // Weights and their sum are float32's: each is off by some u of itself, and a sum of 300 by no more than 300 u.
        if (s.TopP < 1) Assert.True(likelier.Sum(l => Math.Exp((l - max) / s.Temperature)) / total < s.TopP + 310 * 6e-8, what);
    }

    // All that a request says but its times.
    private static async Task<List<string>> Collect(Engine engine, GenerationRequest request)
    {
        List<string> lines = [];
        await foreach (var e in engine.StreamAsync(request))
            switch (e)
            {
                case TokenEvent or FailedEvent: lines.Add(e.ToJson()); break;
                case FinishedEvent finished: lines.Add($"{finished.Reason} {finished.Tokens}"); break;
            }
        return lines;
    }
}
