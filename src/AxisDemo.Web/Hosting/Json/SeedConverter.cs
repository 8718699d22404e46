using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using AxisDemo.Web.Pages;

namespace AxisDemo.Web.Hosting;

/// <summary>A seed: a whole number of 64 bits, or the same in quotes. It is written in quotes above 2^53, where many readers' numbers end.</summary>
internal sealed class SeedConverter : JsonConverter<ulong>
{
    private const ulong Exact = 1UL << 53;

    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && ulong.TryParse(reader.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var quoted)) return quoted;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var number) && decimal.IsInteger(number) && number is >= 0 and <= ulong.MaxValue
            ? (ulong)number : throw new JsonException(JsonWords.Wanted + $"a whole number from 0 to {ulong.MaxValue}, or the same in quotes.");
    }

    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value > Exact) writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        else writer.WriteNumberValue(value);
    }
}
