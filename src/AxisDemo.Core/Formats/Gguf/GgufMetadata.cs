using System.Diagnostics.CodeAnalysis;

namespace AxisDemo.Formats;

/// <summary>
/// The key-value pairs of a GGUF file. Keys are case-sensitive. An accessor without <c>Try</c> throws <see cref="InputException"/>
/// when the key is missing; every accessor throws it when the value has another type, naming the key and the type found. The width and the sign of
/// integers are forgiven (converters disagree on u32 and i32) as long as the value fits; integers and floats are not mixed.
/// </summary>
public sealed class GgufMetadata
{
    private readonly string _path;
    private readonly Dictionary<string, object> _values;

    internal GgufMetadata(string path, Dictionary<string, object> values) => (_path, _values) = (path, values);

    private delegate bool Convert<T>(object stored, [NotNullWhen(true)] out T? value);

    /// <summary>All values in the file's order: byte, sbyte, ushort, short, uint, int, ulong, long, float, double, bool, string, or an array of one of them.</summary>
    public IReadOnlyDictionary<string, object> Values => _values;

    /// <summary>Whether the key exists.</summary>
    public bool Contains(string key) => _values.ContainsKey(key);

    /// <summary>A string.</summary>
    public string String(string key) => TryString(key, out var value) ? value : throw Missing(key, "a string");

    /// <summary>An integer of any width, from 0 to 2^32 - 1.</summary>
    public uint UInt32(string key) => TryUInt32(key, out var value) ? value : throw Missing(key, "an integer");

    /// <summary>An integer of any width that fits 64 bits with sign.</summary>
    public long Int64(string key) => TryInt64(key, out var value) ? value : throw Missing(key, "an integer");

    /// <summary>A float; a double is rounded to the nearest one.</summary>
    public float Float32(string key) => TryFloat32(key, out var value) ? value : throw Missing(key, "a float");

    /// <summary>A bool.</summary>
    public bool Bool(string key) => TryBool(key, out var value) ? value : throw Missing(key, "a bool");

    /// <summary>An array of strings; the array is the stored one and must not be changed.</summary>
    public string[] Strings(string key) => TryStrings(key, out var value) ? value : throw Missing(key, "an array of strings");

    /// <summary>An array of integers of any width, each of which fits 32 bits with sign.</summary>
    public int[] Ints(string key) => TryInts(key, out var value) ? value : throw Missing(key, "an array of integers");

    /// <summary>An array of floats.</summary>
    public float[] Floats(string key) => TryFloats(key, out var value) ? value : throw Missing(key, "an array of floats");

    /// <summary>As <see cref="String"/>; false when the key is missing.</summary>
    public bool TryString(string key, [NotNullWhen(true)] out string? value) => Try(key, "a string", Is, out value);

    /// <summary>As <see cref="UInt32"/>; false when the key is missing.</summary>
    public bool TryUInt32(string key, out uint value) =>
        Try(key, "an integer from 0 to 2^32 - 1", (object o, out uint v) => { var ok = Integer(o, out var n) && n is >= 0 and <= uint.MaxValue; v = ok ? (uint)n : 0; return ok; }, out value);

    /// <summary>As <see cref="Int64"/>; false when the key is missing.</summary>
    public bool TryInt64(string key, out long value) => Try(key, "an integer", Integer, out value);

    /// <summary>As <see cref="Float32"/>; false when the key is missing.</summary>
    public bool TryFloat32(string key, out float value) =>
        Try(key, "a float", (object o, out float v) => { v = o is double d ? (float)d : o is float f ? f : 0; return o is float or double; }, out value);

    /// <summary>As <see cref="Bool"/>; false when the key is missing.</summary>
    public bool TryBool(string key, out bool value) => Try(key, "a bool", Is, out value);

    /// <summary>As <see cref="Strings"/>; false when the key is missing.</summary>
    public bool TryStrings(string key, [NotNullWhen(true)] out string[]? value) => Try(key, "an array of strings", Is, out value);

    /// <summary>As <see cref="Ints"/>; false when the key is missing.</summary>
    public bool TryInts(string key, [NotNullWhen(true)] out int[]? value) => Try(key, "an array of integers within 32 bits", ToInts, out value);

    /// <summary>As <see cref="Floats"/>; false when the key is missing.</summary>
    public bool TryFloats(string key, [NotNullWhen(true)] out float[]? value) => Try(key, "an array of floats", Is, out value);

    /// <summary>Whether a value that nobody applies changes nothing: a switch that is off, a factor of 1, a bias of 0, nothing at all.</summary>
    internal static bool SaysNothing(object value) => value switch
    {
        bool on => !on,
        string text => text.Length == 0,
        Array list => list.Length == 0,
        float or double => Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture) is 0 or 1,
        _ => Integer(value, out var number) && number is 0 or 1,
    };

    private static bool Is<T>(object stored, [NotNullWhen(true)] out T? value)
    {
        value = stored is T match ? match : default;
        return stored is T;
    }

    private static bool Integer(object stored, out long value)
    {
        (var isInteger, value) = stored switch
        {
            byte n => (true, n),
            sbyte n => (true, n),
            ushort n => (true, n),
            short n => (true, n),
            uint n => (true, n),
            int n => (true, n),
            long n => (true, n),
            ulong n => (n <= long.MaxValue, unchecked((long)n)),
            _ => (false, 0L),
        };
        return isInteger;
    }

    private static bool ToInts(object stored, [NotNullWhen(true)] out int[]? value)
    {
        value = stored as int[];
        // The runtime lets a uint[] pass as int[]; its values may not fit, so it takes the checked way.
        if (value is not null && stored.GetType() == typeof(int[])) return true;
        value = null;
        if (stored is not Array array || stored is string[]) return false;
        var numbers = new int[array.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!Integer(array.GetValue(i)!, out var n) || n is < int.MinValue or > int.MaxValue) return false;
            numbers[i] = (int)n;
        }
        value = numbers;
        return true;
    }

    private bool Try<T>(string key, string wanted, Convert<T> convert, [NotNullWhen(true)] out T? value)
    {
        value = default;
        if (!_values.TryGetValue(key, out var stored)) return false;
        if (convert(stored, out value)) return true;
        throw new InputException(_path, key, $"is {GgufValues.Describe(stored)}; {wanted} is needed.", "Convert the model again, or correct the key.");
    }

    private InputException Missing(string key, string wanted) =>
        new(_path, key, $"the key is missing; {wanted} is needed.", "Use a complete model file, or convert the model again.");
}
