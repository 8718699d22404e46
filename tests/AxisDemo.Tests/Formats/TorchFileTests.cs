using System.Globalization;
using System.Numerics;
using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Tests.Formats;

public class TorchFileTests
{
    // Listed as hostile, but what they hold is only no axis, or the list lets a reader read them: these do open.
    private static readonly string[] s_readable =
    [
        "x_pickle_self_list.pt", "x_pickle_deep.pt", "x_top_level_string.pt", "x_nonfinite_axis.pt", "x_zip_local_header_differs.pt",
    ];

    public static TheoryData<string> Good() => [.. List("good.json").Select(e => e.GetProperty("file").GetString()!)];

    public static TheoryData<string, string?> Hostile()
    {
        var rows = new TheoryData<string, string?>();
        foreach (var e in List("hostile.json"))
            if (e.GetProperty("file").GetString() is { } file && !s_readable.Contains(file))
                rows.Add(file, e.TryGetProperty("error_should_name", out var named) ? named.GetString() : null);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void A_good_file_equals_its_golden_content(string name)
    {
        using var file = TorchFile.Open(Repository.Fixture("pt", name));
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("pt", System.IO.Path.ChangeExtension(name, ".json"))));
        AssertEqual(expected.RootElement.GetProperty("content"), file.Root, name);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_file_is_refused_and_what_it_asks_for_is_named(string name, string? named)
    {
        var path = Repository.Fixture("pt", name);
        var error = Bounds.Within(8 << 20, name, () => Assert.Throws<InputException>(() => TorchFile.Open(path).Dispose()));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(named ?? "", error.Message[path.Length..], StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_file_whose_local_header_differs_is_read_through_the_directory()
    {
        using var file = TorchFile.Open(Repository.Fixture("pt", "x_zip_local_header_differs.pt"));
        var tensor = Assert.IsType<TorchTensor>(file.Root);
        Assert.Equal([6L, 8], tensor.Shape);
        Assert.Equal(Enumerable.Range(0, 48).Select(i => (float)i), tensor.ToFloats());
    }

    [Theory]
    [InlineData("x_pickle_self_list.pt")]
    [InlineData("x_pickle_deep.pt")]
    public void A_list_without_end_is_read_as_a_graph_in_little_memory(string name)
    {
        using var file = Bounds.Within(32 << 20, name, () => TorchFile.Open(Repository.Fixture("pt", name)));
        Assert.Equal("a list", TorchFile.Describe(file.Root));
    }

    [Fact]
    public void A_published_axis_of_a_large_model_is_read()
    {
        var data = Environment.GetEnvironmentVariable("AXISDEMO_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(data), "AXISDEMO_DATA is not set: it names the folder with neuronpedia-llama-3.3-70b/contrast_vectors.pt.");
        using var file = TorchFile.Open(System.IO.Path.Combine(data!, "neuronpedia-llama-3.3-70b", "contrast_vectors.pt"));
        var tensor = Assert.IsType<TorchTensor>(file.Root);
        Assert.Equal([80L, 8192], tensor.Shape);
        Assert.Equal(TorchDType.BFloat16, tensor.DType);
        Assert.All(tensor.ToFloats(), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void A_published_file_with_foreign_classes_is_refused_by_name()
    {
        var data = Environment.GetEnvironmentVariable("AXISDEMO_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(data), "AXISDEMO_DATA is not set: it names the folder with neuronpedia-llama-3.3-70b/roles_layer40-min.pt.");
        var error = Assert.Throws<InputException>(() => TorchFile.Open(System.IO.Path.Combine(data!, "neuronpedia-llama-3.3-70b", "roles_layer40-min.pt")));
        Assert.Matches("asks for '(numpy|sklearn|assistant_axis)[a-zA-Z_.]*', which is not allowed", error.Message);
    }

    private static IEnumerable<JsonElement> List(string name)
    {
        using var list = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("pt", name)));
        return [.. list.RootElement.EnumerateArray().Select(e => e.Clone())];
    }

    private static void AssertEqual(JsonElement expected, object? actual, string at)
    {
        switch (expected.GetProperty("kind").GetString())
        {
            case "tensor": AssertTensor(expected, Assert.IsType<TorchTensor>(actual), at); break;
            case "dict" or "ordered_dict":
                var dictionary = Assert.IsType<TorchDictionary>(actual);
                Assert.Equal(expected.GetProperty("kind").GetString() == "ordered_dict", dictionary.IsOrdered);
                Assert.Equal(expected.GetProperty("entries").GetArrayLength(), dictionary.Entries.Count);
                foreach (var (entry, own) in expected.GetProperty("entries").EnumerateArray().Zip(dictionary.Entries))
                {
                    var key = entry.GetProperty("key");
                    Assert.Equal(key.ValueKind == JsonValueKind.String ? key.GetString()! : key.GetInt64(), own.Key);
                    Assert.True(dictionary.TryGet(own.Key, out var same) && ReferenceEquals(same, own.Value) | Equals(same, own.Value));
                    AssertEqual(entry.GetProperty("value"), own.Value, $"{at}.{own.Key}");
                }
                break;
            case "list" or "tuple":
                var list = Assert.IsType<TorchList>(actual);
                Assert.Equal(expected.GetProperty("kind").GetString() == "tuple", list.IsTuple);
                Assert.Equal(expected.GetProperty("items").GetArrayLength(), list.Items.Count);
                foreach (var (item, own) in expected.GetProperty("items").EnumerateArray().Zip(list.Items)) AssertEqual(item, own, at + "[]");
                break;
            case "none": Assert.Null(actual); break;
            case "str": Assert.Equal(expected.GetProperty("value").GetString(), Assert.IsType<string>(actual)); break;
            case "bool": Assert.Equal(expected.GetProperty("value").GetBoolean(), Assert.IsType<bool>(actual)); break;
            case "float": Assert.Equal(BitConverter.DoubleToInt64Bits(Number(expected.GetProperty("value"))), BitConverter.DoubleToInt64Bits(Assert.IsType<double>(actual))); break;
            case "int" when expected.GetProperty("value") is { ValueKind: JsonValueKind.String } big: Assert.Equal(BigInteger.Parse(big.GetString()!, CultureInfo.InvariantCulture), Assert.IsType<BigInteger>(actual)); break;
            case "int": Assert.Equal(expected.GetProperty("value").GetInt64(), Assert.IsType<long>(actual)); break;
            case var kind: Assert.Fail($"{at}: unknown kind {kind}"); break;
        }
    }

    private static void AssertTensor(JsonElement expected, TorchTensor tensor, string at)
    {
        Assert.Equal(expected.GetProperty("dtype").GetString(), tensor.DType.ToString().ToLowerInvariant());
        Assert.Equal(Numbers(expected, "shape"), tensor.Shape);
        Assert.Equal(Numbers(expected, "stride"), tensor.Stride);
        Assert.Equal(expected.GetProperty("storage_offset").GetInt64(), tensor.Offset);
        Assert.Equal(expected.TryGetProperty("parameter", out var parameter) && parameter.GetBoolean(), tensor.IsParameter);
        Assert.Equal(expected.TryGetProperty("requires_grad", out var grad) && grad.GetBoolean(), tensor.RequiresGrad);
        var values = expected.GetProperty("values").EnumerateArray().ToList();
        Assert.Equal(values.Count, tensor.Count);
        if (tensor.DType is TorchDType.Float64 or TorchDType.Float32 or TorchDType.Float16 or TorchDType.BFloat16)
        {
            Assert.Equal(values.Select(Number).Select(Bits), tensor.ToDoubles().Select(Bits));
            Assert.Equal(values.Select(v => Bits((float)Number(v))), tensor.ToFloats().Select(v => Bits(v)));
        }
        else
        {
            Assert.Equal(values.Select(v => v.ValueKind is JsonValueKind.True or JsonValueKind.False ? (v.GetBoolean() ? 1 : 0) : v.GetInt64()), tensor.ToInt64s());
            Assert.Throws<InputException>(tensor.ToFloats);
        }
        Assert.True(at.Length > 0);
    }

    // Any NaN equals any other; the sign of zero counts.
    private static long Bits(double value) => double.IsNaN(value) ? long.MinValue + 1 : BitConverter.DoubleToInt64Bits(value);

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? value.GetString() switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, var s => double.Parse(s!, CultureInfo.InvariantCulture) }
        : value.GetDouble();

    private static long[] Numbers(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(n => n.GetInt64())];
}
