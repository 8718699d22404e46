using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AxisDemo.Web.Hubs;

/// <summary>
/// A seed: a whole number, or the same in quotes. One of 64 bits is written in quotes, since many readers' numbers end at 2^53.
/// </summary>
internal sealed class SeedConverter<T> : JsonConverter<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && T.TryParse(reader.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var quoted)) return quoted;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var number) && decimal.IsInteger(number) && number >= 0 && number <= decimal.CreateChecked(T.MaxValue)
            ? T.CreateChecked(number) : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value is ulong) writer.WriteStringValue(value.ToString(null, CultureInfo.InvariantCulture));
        else writer.WriteNumberValue(long.CreateChecked(value));
    }
}
