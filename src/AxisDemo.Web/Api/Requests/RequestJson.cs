using System.Text.Json;
using System.Text.Json.Serialization;
using AxisDemo.Formats;
using AxisDemo.Web.Hosting;
using Microsoft.Net.Http.Headers;

namespace AxisDemo.Web.Api;

/// <summary>
/// Reads a request's JSON, the same for hub and REST. A field that is not known is a fault, since misspelt it would silently do nothing;
/// so is one that is given twice, since one of the two would.
/// </summary>
public static class RequestJson
{
    private const int MostLevels = 64; // the framework's own limit
    /// <summary>What a body has to be, for whoever sends another.</summary>
    public const string ContentType = "Send Content-Type: application/json, in UTF-8 and not compressed.";

    private const string Twice = "Duplicate property '";
    private static readonly string[] Encodings = ["utf-8", "utf8", "us-ascii"];

    /// <summary>How requests are read.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        AllowDuplicateProperties = false,
        Converters = { new WholeNumberConverter() },
    };

    /// <summary>The request of a JSON value; null for null.</summary>
    /// <exception cref="InputException">A field is not known, or holds something of another kind; the message names it.</exception>
    public static T? Read<T>(JsonElement json)
        where T : class
    {
        if (json.ValueKind is JsonValueKind.Undefined) return null;
        try
        {
            return json.Deserialize<T>(Options);
        }
        catch (JsonException e)
        {
            throw Fault(e);
        }
    }

    /// <summary>The request in the body of an HTTP request.</summary>
    /// <exception cref="InputException">The body is no JSON, or as for <see cref="Read"/>.</exception>
    /// <exception cref="BadHttpRequestException">It is not said to be JSON (415), or is larger than the host reads (413).</exception>
    public static async Task<T?> ReadAsync<T>(HttpRequest request)
        where T : class
    {
        EnsureJson(request);
        JsonElement json;
        try
        {
            // What stands in it is looked at in the next step, the same for hub and REST.
            json = await JsonSerializer.DeserializeAsync<JsonElement>(request.Body, JsonSerializerOptions.Web, request.HttpContext.RequestAborted);
        }
        catch (JsonException e)
        {
            throw new InputException("request", "", $"it is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}), or is nested more than {MostLevels} deep.", "Send one JSON object, as UTF-8.", e);
        }

        return Read<T>(json);
    }

    /// <summary>Refuses a body that is not said to be JSON in UTF-8: read as if it were, it would be called broken.</summary>
    /// <exception cref="BadHttpRequestException">It is not (415).</exception>
    public static void EnsureJson(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.HasJsonContentType()) throw Unreadable("The body is not said to be JSON.");
        var charset = MediaTypeHeaderValue.Parse(request.ContentType).Charset;
        if (charset.Length > 0 && !Encodings.Contains(charset.Value!.Trim('"'), StringComparer.OrdinalIgnoreCase)) throw Unreadable("The body is not said to be UTF-8.");
        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)) throw Unreadable("The body is said to be compressed.");
    }

    /// <summary>What a reader's complaint means to the sender.</summary>
    public static InputException Fault(JsonException e)
    {
        ArgumentNullException.ThrowIfNull(e);
        // "$.sampling.seed"; "$['a field']" where the name is no word.
        var field = Printable.Text((e.Path ?? "").TrimStart('$', '.'));
        if (e.Message.StartsWith(Twice, StringComparison.Ordinal))
            return new InputException("request", field, $"{Printable.Text(e.Message[Twice.Length..].Split('\'')[0])} is given twice.", "Give each field once.", e);
        if (e.Message.StartsWith(JsonWords.Wanted, StringComparison.Ordinal)) return new InputException("request", field, $"it {e.Message}", "", e);
        return e.Message.Contains("could not be mapped", StringComparison.Ordinal)
            ? new InputException("request", field, "there is no such field.", "The fields are in /openapi/v1.json.", e)
            : new InputException("request", field, "it is not what belongs there.", "The fields are in /openapi/v1.json.", e);
    }

    private static BadHttpRequestException Unreadable(string fault) => new($"{fault} {ContentType}", StatusCodes.Status415UnsupportedMediaType);

    /// <summary>A fault as programs are told of it: a file's name is enough, where it lies on this machine is not their business.</summary>
    public static string ForClients(InputException e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return Path.IsPathRooted(e.Origin) ? e.Message.Replace(e.Origin, Path.GetFileName(e.Origin), StringComparison.Ordinal) : e.Message;
    }
}
