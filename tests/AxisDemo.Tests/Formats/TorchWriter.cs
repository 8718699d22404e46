using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace AxisDemo.Tests.Formats;

/// <summary>
/// Writes a .pt file as torch.save does (zip, pickle protocol 2): dictionaries, lists, strings, whole numbers, floating-point numbers,
/// and arrays of float32 as tensors of one dimension, or of two for jagged arrays with rows of one length.
/// </summary>
internal static class TorchWriter
{
    public static string Write(string path, object root)
    {
        var pickle = new MemoryStream();
        var state = new State();
        pickle.Write([0x80, 2]);
        Put(pickle, root, state);
        pickle.WriteByte((byte)'.');
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        Entry("archive/data.pkl", pickle.ToArray());
        Entry("archive/byteorder", "little"u8);
        for (var i = 0; i < state.Storages.Count; i++) Entry($"archive/data/{i}", MemoryMarshal.AsBytes<float>(state.Storages[i]));
        Entry("archive/version", "3\n"u8);
        return path;

        void Entry(string name, ReadOnlySpan<byte> bytes)
        {
            using var stream = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
            stream.Write(bytes);
        }
    }

    /// <summary>An object that the pickle writes once and then refers to.</summary>
    public sealed record Shared(object Value);

    /// <summary>A capping configuration: vectors by name with their blocks, and experiments as (id, [(vector, ceiling)]).</summary>
    public static string Capping(string path, IEnumerable<(string Name, int Layer, float[] Vector)> vectors, IEnumerable<(string Id, (string Vector, double Ceiling)[] Caps)> experiments) => Write(path, new Dictionary<string, object>
    {
        ["vectors"] = vectors.ToDictionary(v => v.Name, v => (object)new Dictionary<string, object> { ["layer"] = v.Layer, ["vector"] = v.Vector }),
        ["experiments"] = experiments.Select(e => (object)new Dictionary<string, object>
        {
            ["id"] = e.Id,
            ["interventions"] = e.Caps.Select(c => (object)new Dictionary<string, object> { ["vector"] = c.Vector, ["cap"] = c.Ceiling }).ToList(),
        }).ToList(),
    });

    private static void Put(Stream to, object value, State state)
    {
        switch (value)
        {
            case string text:
                var utf8 = Encoding.UTF8.GetBytes(text);
                to.WriteByte((byte)'X');
                Whole(to, utf8.Length);
                to.Write(utf8);
                break;
            case int number:
                to.WriteByte((byte)'J');
                Whole(to, number);
                break;
            case double number:
                Span<byte> big = stackalloc byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(big, number);
                to.WriteByte((byte)'G');
                to.Write(big);
                break;
            case Dictionary<string, object> entries:
                to.Write("}("u8);
                foreach (var (key, item) in entries)
                {
                    Put(to, key, state);
                    Put(to, item, state);
                }

                to.WriteByte((byte)'u');
                break;
            case List<object> items:
                to.Write("]("u8);
                foreach (var item in items) Put(to, item, state);
                to.WriteByte((byte)'e');
                break;
            case Shared shared when state.Memo.TryGetValue(shared, out var at):
                to.Write([(byte)'h', at]);
                break;
            case Shared shared:
                Put(to, shared.Value, state);
                state.Memo[shared] = (byte)state.Memo.Count;
                to.Write([(byte)'q', state.Memo[shared]]);
                break;
            case float[] vector: Tensor(to, vector, [vector.Length], state); break;
            case float[][] rows: Tensor(to, [.. rows.SelectMany(r => r)], [rows.Length, rows[0].Length], state); break;
            default: throw new ArgumentException($"{value.GetType()} cannot be written.", nameof(value));
        }
    }

    // _rebuild_tensor_v2((storage), 0, size, stride, False, OrderedDict())
    private static void Tensor(Stream to, float[] values, int[] shape, State state)
    {
        to.Write("ctorch._utils\n_rebuild_tensor_v2\n(("u8);
        Put(to, "storage", state);
        to.Write("ctorch\nFloatStorage\n"u8);
        Put(to, $"{state.Storages.Count}", state);
        Put(to, "cpu", state);
        Put(to, values.Length, state);
        to.Write("tQ"u8);
        Put(to, 0, state);
        Tuple(shape);
        Tuple(shape is [_, var width] ? [width, 1] : [1]);
        to.WriteByte(0x89); // NEWFALSE
        to.Write("ccollections\nOrderedDict\n)RtR"u8);
        state.Storages.Add(values);

        void Tuple(int[] numbers)
        {
            to.WriteByte((byte)'(');
            foreach (var number in numbers) Put(to, number, state);
            to.WriteByte((byte)'t');
        }
    }

    private static void Whole(Stream to, int number)
    {
        Span<byte> little = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(little, number);
        to.Write(little);
    }

    private sealed class State
    {
        public List<float[]> Storages { get; } = [];
        public Dictionary<Shared, byte> Memo { get; } = new(ReferenceEqualityComparer.Instance);
    }
}
