using System.Globalization;
using System.Text.Json.Nodes;
using AxisDemo.Serving;
using AxisDemo.Web.Pages;
using Microsoft.OpenApi;

namespace AxisDemo.Web.Api;

/// <summary>The pieces that schemas are put together from.</summary>
internal static class SchemaParts
{
    public static OpenApiSchema Text(int? longest = null, string? pattern = null, JsonNode? standard = null) =>
        new() { Type = JsonSchemaType.String, MaxLength = longest, Pattern = pattern, Default = standard };

    public static OpenApiSchema Choice(IEnumerable<string> values, JsonNode? standard = null) =>
        new() { Type = JsonSchemaType.String, Enum = [.. values.Select(v => (JsonNode)v)], Default = standard };

    public static OpenApiSchema Whole(int least, int most = int.MaxValue, int? standard = null) => new()
    {
        Type = JsonSchemaType.Integer, Format = "int32", Default = standard,
        Minimum = least.ToString(CultureInfo.InvariantCulture), Maximum = most.ToString(CultureInfo.InvariantCulture),
    };

    public static OpenApiSchema Number(NumberRange? range = null, JsonNode? standard = null) => new()
    {
        Type = JsonSchemaType.Number, Format = "float", Default = standard,
        Minimum = range is { AboveLeast: false } from ? Written(from.Least) : null,
        ExclusiveMinimum = range is { AboveLeast: true } above ? Written(above.Least) : null,
        Maximum = range is { Most: < double.MaxValue } to ? Written(to.Most) : null,
    };

    public static OpenApiSchema List(IOpenApiSchema items, int most, int? least = null, JsonNode? standard = null) =>
        new() { Type = JsonSchemaType.Array, Items = items, MinItems = least, MaxItems = most, Default = standard };

    /// <summary>A whole number of 64 bits, or the same in quotes.</summary>
    public static OpenApiSchema Seed(ulong? standard = null)
    {
        var seed = Either(new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "uint64", Minimum = "0", Maximum = "18446744073709551615" }, Text(pattern: "^[0-9]{1,20}$"));
        seed.Default = (long?)standard;
        return seed;
    }

    public static OpenApiSchema Either(params IOpenApiSchema[] one) => new() { AnyOf = [.. one] };

    /// <summary>A number of the same format, without the words.</summary>
    public static OpenApiSchema Plain(OpenApiSchema number) => new() { Type = number.Type, Format = number.Format };

    /// <summary>The same with words.</summary>
    public static OpenApiSchema Said(OpenApiSchema schema, string description)
    {
        schema.Description = description;
        return schema;
    }

    /// <summary>The same, or null, which means that the field is missing.</summary>
    public static OpenApiSchema OrNull(IOpenApiSchema schema)
    {
        var none = new OpenApiSchema { Type = JsonSchemaType.Null };
        // An enumeration that allowed null would have to list it.
        if (schema is OpenApiSchema { Type: { } type, Enum: null } plain) plain.Type = type | JsonSchemaType.Null;
        else if (schema is OpenApiSchema { AnyOf: { } either }) either.Insert(0, none);
        else return new OpenApiSchema { AnyOf = [none, schema], Default = schema.Default };
        return (OpenApiSchema)schema;
    }

    /// <summary>A schema of the document by the name of its type.</summary>
    public static OpenApiSchema Of(this OpenApiDocument document, string type) => (OpenApiSchema)document.Components!.Schemas![type];

    /// <summary>Says what a field may hold; the words that the framework has for it stay.</summary>
    public static void Set(this OpenApiSchema type, string field, OpenApiSchema holds)
    {
        var before = type.Properties![field];
        holds.Description = before.Description ?? before.OneOf?.LastOrDefault()?.Description;
        type.Properties[field] = holds;
    }

    /// <summary>A request's type: these fields must be there, and no field may be that is not described.</summary>
    public static OpenApiSchema Requires(this OpenApiSchema type, params string[] fields)
    {
        type.Required = fields.Length > 0 ? new HashSet<string>(fields) : null;
        type.AdditionalPropertiesAllowed = false;
        return type;
    }

    private static string Written(double number) => number.ToString(CultureInfo.InvariantCulture);
}
