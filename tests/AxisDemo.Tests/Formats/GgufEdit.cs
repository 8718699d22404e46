using System.Buffers.Binary;
using System.Text;

namespace AxisDemo.Tests.Formats;

/// <summary>A GGUF file of another one's tensors with other keys: new keys go to the end, a changed one stays in its place.</summary>
internal sealed class GgufEdit
{
    private const int Alignment = 32;
    private static readonly int[] s_sizes = [1, 1, 2, 2, 4, 4, 4, 1, -1, -1, 8, 8, 8];

    private readonly byte[] file;
    private readonly List<(string Key, byte[] Value)> keys = [];
    private readonly int infos, end, tensors;

    private GgufEdit(string path)
    {
        file = File.ReadAllBytes(path);
        var at = 8;
        tensors = (int)U64(ref at);
        var count = U64(ref at);
        for (ulong k = 0; k < count; k++)
        {
            var key = Text(ref at);
            var from = at;
            Skip(ref at, (int)U32(ref at));
            keys.Add((key, file[from..at]));
        }

        infos = at;
        for (var t = 0; t < tensors; t++)
        {
            Text(ref at);
            var dimensions = (int)U32(ref at);
            at += dimensions * 8 + 4 + 8;
        }

        end = at;
    }

    public static GgufEdit Of(string path) => new(path);

    /// <summary>Adds or replaces a key: string, uint, int, float, bool, ulong, long, double, or a list of strings, ints, floats or bools.</summary>
    public GgufEdit Set(string key, object value)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes)) Write(writer, value);
        var index = keys.FindIndex(k => k.Key == key);
        if (index < 0) keys.Add((key, bytes.ToArray()));
        else keys[index] = (key, bytes.ToArray());
        return this;
    }

    public GgufEdit Remove(string key)
    {
        if (keys.RemoveAll(k => k.Key == key) == 0) throw new KeyNotFoundException(key);
        return this;
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(file.AsSpan(0, 8));
        writer.Write((ulong)tensors);
        writer.Write((ulong)keys.Count);
        foreach (var (key, value) in keys)
        {
            WriteText(writer, key);
            writer.Write(value);
        }

        writer.Write(file.AsSpan(infos, end - infos));
        writer.Write(new byte[Padding(bytes.Position)]);
        writer.Write(file.AsSpan(end + Padding(end)));
        return bytes.ToArray();
    }

    public string Save(string path)
    {
        File.WriteAllBytes(path, ToBytes());
        return path;
    }

    private static int Padding(long length) => (int)((Alignment - length % Alignment) % Alignment);

    private static void Write(BinaryWriter writer, object value)
    {
        var type = TypeOf(value);
        writer.Write(type);
        if (value is not Array list)
        {
            WriteScalar(writer, value);
            return;
        }

        writer.Write(value switch { string[] => 8u, int[] => 5u, float[] => 6u, bool[] => 7u, _ => throw new ArgumentException(value.GetType().Name, nameof(value)) });
        writer.Write((ulong)list.Length);
        foreach (var item in list) WriteScalar(writer, item);
    }

    private static uint TypeOf(object value) => value switch { uint => 4, int => 5, float => 6, bool => 7, string => 8, Array => 9, ulong => 10, long => 11, double => 12, _ => throw new ArgumentException(value.GetType().Name, nameof(value)) };

    private static void WriteScalar(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case uint n: writer.Write(n); break;
            case int n: writer.Write(n); break;
            case float n: writer.Write(n); break;
            case bool b: writer.Write(b); break;
            case ulong n: writer.Write(n); break;
            case long n: writer.Write(n); break;
            case double n: writer.Write(n); break;
            default: WriteText(writer, (string)value); break;
        }
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private uint U32(ref int at)
    {
        at += 4;
        return BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at - 4));
    }

    private ulong U64(ref int at)
    {
        at += 8;
        return BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at - 8));
    }

    private string Text(ref int at)
    {
        var length = (int)U64(ref at);
        at += length;
        return Encoding.UTF8.GetString(file, at - length, length);
    }

    private void Skip(ref int at, int type)
    {
        if (type == 8)
        {
            Text(ref at);
            return;
        }

        if (type != 9)
        {
            at += s_sizes[type];
            return;
        }

        var item = (int)U32(ref at);
        var count = U64(ref at);
        for (ulong i = 0; i < count; i++) Skip(ref at, item);
    }
}
