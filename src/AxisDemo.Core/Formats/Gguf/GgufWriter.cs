using System.Runtime.InteropServices;
using System.Text;

namespace AxisDemo.Formats;

/// <summary>Writes a small GGUF version 3 file: string and u32 keys, one-dimensional F32 tensors, alignment 32.</summary>
internal static class GgufWriter
{
    private const int Alignment = 32;

    public static void Write(string path, IReadOnlyList<(string Key, object Value)> keys, IReadOnlyList<(string Name, float[] Data)> tensors)
    {
        using var header = new MemoryStream();
        using var writer = new BinaryWriter(header);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)tensors.Count);
        writer.Write((ulong)keys.Count);
        foreach (var (key, value) in keys)
        {
            WriteString(writer, key);
            switch (value)
            {
                case string text: writer.Write(8u); WriteString(writer, text); break;
                case uint number: writer.Write(4u); writer.Write(number); break;
                default: throw new ArgumentException($"{key} is a {value.GetType().Name}.", nameof(keys));
            }
        }
        ulong offset = 0;
        foreach (var (name, data) in tensors)
        {
            WriteString(writer, name);
            writer.Write(1u); // dimensions
            writer.Write((ulong)data.Length);
            writer.Write((uint)TensorType.F32);
            writer.Write(offset);
            var bytes = (long)data.Length * sizeof(float);
            offset += (ulong)(bytes + Padding(bytes));
        }

        using var file = new ReplacingFile(path);
        writer.Write(new byte[Padding(header.Length)]);
        file.Write(header.GetBuffer().AsSpan(0, (int)header.Length));
        foreach (var (_, data) in tensors)
        {
            file.Write(MemoryMarshal.AsBytes<float>(data));
            file.Write(new byte[Padding((long)data.Length * sizeof(float))]);
        }
        file.Complete();
    }

    private static int Padding(long length) => (int)((Alignment - length % Alignment) % Alignment);

    private static void WriteString(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
