using System.Runtime.InteropServices;

namespace AxisDemo.Formats;

/// <summary>The value types of GGUF metadata, read into the plain .NET type of the same width.</summary>
internal static class GgufValues
{
    private const uint Array = 9;

    private static readonly string[] s_names = ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64"];

    /// <summary>Reads a type number and the value that follows it.</summary>
    public static object Read(GgufCursor cursor)
    {
        var type = cursor.Read<uint>("its value type");
        return type == Array ? ReadArray(cursor) : ReadOne(cursor, type);
    }

    /// <summary>How a message calls a value: its type, and the value where it is short.</summary>
    public static string Describe(object value) => value switch
    {
        string text => $"the string '{Printable.Text(text)}'",
        System.Array array => $"an array of {array.Length} {Name(array.GetType().GetElementType()!)}",
        _ => $"the {Name(value.GetType())} {value}",
    };

    private static string Name(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => "u8",
        TypeCode.SByte => "i8",
        TypeCode.UInt16 => "u16",
        TypeCode.Int16 => "i16",
        TypeCode.UInt32 => "u32",
        TypeCode.Int32 => "i32",
        TypeCode.UInt64 => "u64",
        TypeCode.Int64 => "i64",
        TypeCode.Single => "f32",
        TypeCode.Double => "f64",
        TypeCode.Boolean => "bool",
        _ => "string",
    };

    private static object ReadOne(GgufCursor cursor, uint type) => type switch
    {
        0 => cursor.Read<byte>("its value"),
        1 => cursor.Read<sbyte>("its value"),
        2 => cursor.Read<ushort>("its value"),
        3 => cursor.Read<short>("its value"),
        4 => cursor.Read<uint>("its value"),
        5 => cursor.Read<int>("its value"),
        6 => cursor.Read<float>("its value"),
        7 => ReadBool(cursor, cursor.Read<byte>("its value")),
        8 => cursor.String("its value"),
        10 => cursor.Read<ulong>("its value"),
        11 => cursor.Read<long>("its value"),
        12 => cursor.Read<double>("its value"),
        _ => throw UnknownType(cursor, "value type", type),
    };

    // Arrays of arrays are in nobody's vocabulary; reading them would only give a file a way to nest without end.
    private static Array ReadArray(GgufCursor cursor)
    {
        var type = cursor.Read<uint>("its element type");
        var count = cursor.Read<ulong>("its element count");
        switch (type)
        {
            case 0: return Numbers<byte>(cursor, count);
            case 1: return Numbers<sbyte>(cursor, count);
            case 2: return Numbers<ushort>(cursor, count);
            case 3: return Numbers<short>(cursor, count);
            case 4: return Numbers<uint>(cursor, count);
            case 5: return Numbers<int>(cursor, count);
            case 6: return Numbers<float>(cursor, count);
            case 7: return System.Array.ConvertAll(Numbers<byte>(cursor, count), b => ReadBool(cursor, b));
            case 8: return Strings(cursor, count);
            case Array: throw cursor.Fault("is an array of arrays, which is not read.", "Remove the key, or convert the model again.");
            case 10: return Numbers<ulong>(cursor, count);
            case 11: return Numbers<long>(cursor, count);
            case 12: return Numbers<double>(cursor, count);
            default: throw UnknownType(cursor, "array element type", type);
        }
    }

    private static unsafe T[] Numbers<T>(GgufCursor cursor, ulong count) where T : unmanaged
    {
        CheckCount(cursor, count, sizeof(T));
        return MemoryMarshal.Cast<byte, T>(cursor.Take((int)count * sizeof(T), "its elements")).ToArray();
    }

    private static string[] Strings(GgufCursor cursor, ulong count)
    {
        CheckCount(cursor, count, sizeof(ulong));
        var texts = new string[count];
        for (var i = 0; i < texts.Length; i++) texts[i] = cursor.String("an element");
        return texts;
    }

    // A count is believed only as far as the bytes left can carry it, before anything is allocated for it.
    private static void CheckCount(GgufCursor cursor, ulong count, int leastBytes)
    {
        if (count > (ulong)(Math.Min(cursor.Remaining, int.MaxValue) / leastBytes))
            throw cursor.Fault($"declares {count} elements of at least {leastBytes} bytes and {cursor.Remaining} bytes are left in the file.", InputFaults.CopyAgain);
    }

    private static bool ReadBool(GgufCursor cursor, byte value) =>
        value <= 1 ? value == 1 : throw cursor.Fault($"is a bool with the value {value}; only 0 and 1 are.", InputFaults.CopyAgain);

    private static InputException UnknownType(GgufCursor cursor, string what, uint type) =>
        cursor.Fault($"has {what} {type}, which is unknown. Known: {string.Join(", ", s_names)}.", InputFaults.CopyAgain);
}
