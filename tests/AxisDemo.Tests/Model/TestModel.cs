using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Loading;

namespace AxisDemo.Tests.Model;

/// <summary>A transformer over a file or folder alone: no tokenizer, as golden tests on token ids want it.</summary>
internal sealed class TestModel : IDisposable
{
    private readonly ModelSource source;

    private TestModel(ModelSource source, Transformer transformer) => (this.source, Transformer) = (source, transformer);

    public Transformer Transformer { get; }

    public static TestModel Open(string path, KernelPath kernels = KernelPath.Scalar, int threads = 2) =>
        Open(path, new CpuOps(new CpuOptions { Kernels = kernels, Threads = threads }));

    public static TestModel Open(string path, ITensorOps ops)
    {
        var source = ModelSource.Open(path);
        return new TestModel(source, new Transformer(source.Config, source.Load(ops), ops));
    }

    public void Dispose()
    {
        var ops = Transformer.Ops;
        Transformer.Dispose();
        ops.Dispose();
        source.Dispose();
    }
}

/// <summary>Golden tensors and their description, and the one way to compare with them.</summary>
internal sealed class Golden(string jsonPath, string tensorsPath) : IDisposable
{
    private readonly SafetensorsFile tensors = SafetensorsFile.Open(tensorsPath);

    public JsonElement Json { get; } = JsonDocument.Parse(File.ReadAllText(jsonPath)).RootElement;

    public IEnumerable<string> Names => tensors.Tensors.Select(t => t.Name);

    public bool Has(string name) => tensors.TryGet(name, out _);

    public float[] Floats(string name) => Find(name).ToFloats();

    public int[] Ints(string name) => Find(name).ToInts();

    public static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];

    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(float.IsFinite(actual[i]), $"{what}[{i}] is {actual[i]}");
            worst = Math.Max(worst, Math.Abs(expected[i] - (double)actual[i]));
        }

        Assert.True(worst <= tolerance, $"{what}: largest difference {worst:G4} is above {tolerance:G4}");
    }

    /// <summary>Each row within a fraction of its own norm: the attention sink's row is a thousand times larger than the others.</summary>
    public static void CloseByRow(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, int width, double fraction, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var r = 0; r < expected.Length; r += width)
        {
            double norm = 0, difference = 0;
            for (var i = r; i < r + width; i++)
            {
                norm += (double)expected[i] * expected[i];
                difference += (expected[i] - (double)actual[i]) * (expected[i] - (double)actual[i]);
            }

            Assert.True(Math.Sqrt(difference) <= fraction * Math.Sqrt(norm), $"{what} row {r / width}: |difference| {Math.Sqrt(difference):G4} for |row| {Math.Sqrt(norm):G4}");
        }
    }

    public void Dispose() => tensors.Dispose();

    private TensorView Find(string name) => tensors.TryGet(name, out var tensor) ? tensor : throw new KeyNotFoundException($"{tensorsPath} has no '{name}'.");
}
