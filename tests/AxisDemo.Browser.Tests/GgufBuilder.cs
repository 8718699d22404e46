using System.Runtime.InteropServices;
using System.Text;

namespace AxisDemo.Browser.Tests;

/// <summary>Writes a small GGUF file of any content: version 3, F32 tensors, alignment 32.</summary>
internal sealed class GgufBuilder
{
    private const int Alignment = 32;
    private const uint TypeUInt32 = 4, TypeInt32 = 5, TypeFloat32 = 6, TypeBool = 7, TypeString = 8, TypeArray = 9;
    private readonly List<Action<BinaryWriter>> keys = [];
    private readonly List<(string Name, float[] Data, int[] Shape)> tensors = [];

    public GgufBuilder Key(string name, string value) => Key(name, TypeString, to => Text(to, value));
    public GgufBuilder Key(string name, uint value) => Key(name, TypeUInt32, to => to.Write(value));
    public GgufBuilder Key(string name, float value) => Key(name, TypeFloat32, to => to.Write(value));
    public GgufBuilder Key(string name, bool value) => Key(name, TypeBool, to => to.Write(value));
    public GgufBuilder Key(string name, string[] values) => Key(name, TypeArray, to => Items(to, TypeString, values, v => Text(to, v)));
    public GgufBuilder Key(string name, int[] values) => Key(name, TypeArray, to => Items(to, TypeInt32, values, to.Write));

    /// <summary>Adds a tensor; the shape's first number is the length of a row.</summary>
    public GgufBuilder Tensor(string name, float[] data, params int[] shape)
    {
        tensors.Add((name, data, shape));
        return this;
    }

    public void Write(string path)
    {
        using var file = new BinaryWriter(File.Create(path));
        file.Write("GGUF"u8);
        file.Write(3u);
        file.Write((ulong)tensors.Count);
        file.Write((ulong)keys.Count);
        foreach (var key in keys) key(file);
        var offset = 0ul;
        foreach (var (name, data, shape) in tensors)
        {
            Text(file, name);
            file.Write((uint)shape.Length);
            foreach (var size in shape) file.Write((ulong)size);
            file.Write(0u); // F32
            file.Write(offset);
            offset += (ulong)Aligned(data.Length * sizeof(float));
        }

        Pad(file);
        foreach (var (_, data, _) in tensors)
        {
            file.Write(MemoryMarshal.AsBytes<float>(data));
            Pad(file);
        }
    }

    private GgufBuilder Key(string name, uint type, Action<BinaryWriter> value)
    {
        keys.Add(to =>
        {
            Text(to, name);
            to.Write(type);
            value(to);
        });
        return this;
    }

    private static void Items<T>(BinaryWriter to, uint type, T[] values, Action<T> write)
    {
        to.Write(type);
        to.Write((ulong)values.Length);
        foreach (var value in values) write(value);
    }

    private static void Text(BinaryWriter to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        to.Write((ulong)bytes.Length);
        to.Write(bytes);
    }

    private static long Aligned(long length) => (length + Alignment - 1) / Alignment * Alignment;

    private static void Pad(BinaryWriter file)
    {
        file.Flush();
        file.Write(new byte[Aligned(file.BaseStream.Position) - file.BaseStream.Position]);
    }
}
