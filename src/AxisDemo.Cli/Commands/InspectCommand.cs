using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Model.Loading;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis inspect</c>: the header of a weight file, an axis file or a control vector.</summary>
internal static class InspectCommand
{
    private const int LongestValue = 160;
    private const int LongestConfig = 16 << 20;

    public static Command Create()
    {
        var path = new Argument<string>("FILE") { Description = "A .gguf, .safetensors (axis files are that) or .pt file, a model.safetensors.index.json, or a model's folder." };
        var json = CommonOptions.Json();
        var command = new Command("inspect", "Shows a file's header: metadata, and tensors with shape and type.") { path, json };
        command.SetAction(parsed =>
        {
            var header = Read(parsed.GetRequiredValue(path));
            header = header with { Warnings = Warnings(header.Path) };
            if (parsed.GetValue(json)) Output.Json(header);
            else Print(header);
            return CommandLine.Done;
        });
        return command;
    }

    private sealed record Tensor(string Name, string Type, long[] Shape, long Bytes);

    private sealed record Header(string Format, string Path, long Parameters, IReadOnlyDictionary<string, object> Metadata, List<Tensor> Tensors)
    {
        public IReadOnlyList<string> Warnings { get; init; } = [];
    }

    private static Header Read(string path)
    {
        if (Path.GetFileName(path) == "config.json") path = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (Directory.Exists(path)) return Describe(path, Config(path));
        if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return Shards(path, new Dictionary<string, object>());

        var begins = FirstBytes(path);
        if (begins.AsSpan().StartsWith("PK"u8) || path.EndsWith(".pt", StringComparison.OrdinalIgnoreCase))
        {
            using var torch = TorchFile.Open(path);
            return Describe(torch);
        }

        if (begins.AsSpan().StartsWith("GGUF"u8) || path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            using var gguf = GgufFile.Open(path);
            return Describe($"GGUF {gguf.Version}{(gguf.Files.Count > 1 ? $", {gguf.Files.Count} files" : "")}", gguf, gguf.Metadata.Values);
        }

        using var file = SafetensorsFile.Open(path);
        return Describe("safetensors", file, file.Metadata.ToDictionary(m => m.Key, m => (object)m.Value));
    }

    // Of what is a model that runs here; a header can be looked at whatever it is of.
    private static IReadOnlyList<string> Warnings(string path)
    {
        if (!Directory.Exists(path) && !path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)) return [];
        try
        {
            using var model = ModelSource.Open(path);
            return [.. model.ReadWarnings()];
        }
        catch (InputException)
        {
            return [];
        }
    }

    // A model as published: the numbers of its config.json stand where other formats have their metadata.
    private static Header Describe(string folder, Dictionary<string, object> config)
    {
        var weights = ModelSource.WeightsIn(folder);
        if (weights.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return Shards(weights, config) with { Path = folder };
        using var file = SafetensorsFile.Open(weights);
        return Describe("safetensors", file, config) with { Path = folder };
    }

    private static Header Shards(string index, Dictionary<string, object> config)
    {
        using var shards = ShardedSafetensors.Open(index);
        return Describe("safetensors, sharded", shards, config);
    }

    private static Dictionary<string, object> Config(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path)) return [];
        try
        {
            using var json = JsonInput.Parse(JsonInput.ReadFile(path, LongestConfig), path);
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw new InputException(path, "", "it is no JSON object.");
            return json.RootElement.EnumerateObject().DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => (object)p.Value.Clone());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException(path, "", $"it is not JSON: {e.Message}", inner: e);
        }
    }

    // What is missing, empty or no ordinary file is the readers' to refuse.
    private static byte[] FirstBytes(string path)
    {
        if (DiskFile.Find(path) is not { Bytes: > 0 }) return [];
        using var stream = File.OpenRead(path);
        var bytes = new byte[4];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private static Header Describe(TorchFile file)
    {
        var listing = new TorchListing(file);
        return new("PyTorch", file.Path, listing.Tensors.Sum(t => t.Tensor.Count), listing.Values,
            [.. listing.Tensors.Select(t => new Tensor(t.Name, t.Tensor.DType.ToString(), t.Tensor.Shape, t.Tensor.Count * BytesOf(t.Tensor.DType)))]);
    }

    private static int BytesOf(TorchDType type) => type switch
    {
        TorchDType.Float64 or TorchDType.Int64 => 8,
        TorchDType.Float32 or TorchDType.Int32 => 4,
        TorchDType.Float16 or TorchDType.BFloat16 or TorchDType.Int16 => 2,
        _ => 1,
    };

    private static Header Describe(string format, IWeightFile file, IReadOnlyDictionary<string, object> metadata) =>
        new(format, file.Path, file.Tensors.Sum(t => t.Count), metadata, [.. file.Tensors.Select(t => new Tensor(t.Name, t.Type.ToString(), t.Shape, t.Bytes))]);

    private static void Print(Header header)
    {
        Output.Line($"{header.Path}: {header.Format}, {header.Tensors.Count} tensors, {header.Parameters:N0} elements");
        foreach (var (key, value) in header.Metadata) Output.Line($"  {key} = {Short(value)}");
        foreach (var warning in header.Warnings) Output.Line($"  warning: {warning}");
        var types = header.Tensors.GroupBy(t => t.Type).Select(g => $"{g.Count()} x {g.Key}");
        Output.Line($"tensors ({string.Join(", ", types)}):");
        foreach (var tensor in header.Tensors) Output.Line($"  {tensor.Type,-8} [{string.Join(", ", tensor.Shape)}]  {tensor.Name}");
    }

    private static string Short(object value)
    {
        var text = value is Array array
            ? $"{array.Length} x {array.GetType().GetElementType()!.Name}: {string.Join(", ", array.Cast<object>().Take(8))}"
            : Convert.ToString(value, CultureInfo.InvariantCulture)!;
        text = string.Concat(text.Select(c => c switch { '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", _ => char.IsControl(c) ? "\uFFFD" : c.ToString() }));
        return text.Length > LongestValue ? text[..LongestValue] + "…" : text;
    }
}
