using System.Text.Json;
using System.Text.Json.Serialization;
using AxisDemo.Web.Pages;

namespace AxisDemo.Web.Hosting;

/// <summary>Whole numbers however they are written: 100, 100.0 and 1e2 are one number in JSON, and some languages know no other.</summary>
internal sealed class WholeNumberConverter : JsonConverter<int>
{
    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (reader.TryGetInt32(out var plain)) return plain;
            if (reader.TryGetDecimal(out var written) && decimal.IsInteger(written) && written is >= int.MinValue and <= int.MaxValue) return (int)written;
        }

        throw new JsonException(JsonWords.Wanted + $"a whole number from {int.MinValue} to {int.MaxValue}.");
    }

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumberValue(value);
    }
}
