using System.Text.Json;
using System.Text.Json.Serialization;
using AxisDemo.Formats;

namespace AxisDemo.Web.Hubs;

/// <summary>Reads a request's JSON, the same for hub and REST. A field that is not known is a fault: misspelt, it would silently do nothing.</summary>
public static class RequestJson
{
    /// <summary>How requests are read.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
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
        ArgumentNullException.ThrowIfNull(request);
        if (!request.HasJsonContentType()) throw new BadHttpRequestException("The body is not said to be JSON. Send Content-Type: application/json.", StatusCodes.Status415UnsupportedMediaType);
        JsonElement json;
        try
        {
            json = await JsonSerializer.DeserializeAsync<JsonElement>(request.Body, Options, request.HttpContext.RequestAborted);
        }
        catch (JsonException e)
        {
            throw new InputException("request", "", $"it is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).", "Send one JSON object, as UTF-8.", e);
        }

        return Read<T>(json);
    }

    /// <summary>What a reader's complaint means to the sender.</summary>
    public static InputException Fault(JsonException e)
    {
        ArgumentNullException.ThrowIfNull(e);
        var field = e.Path is null or "$" ? "" : e.Path.StartsWith("$.", StringComparison.Ordinal) ? e.Path[2..] : e.Path;
        if (field.Length > 120) field = field[..120] + "…";
        return e.Message.Contains("could not be mapped", StringComparison.Ordinal)
            ? new InputException("request", field, "there is no such field.", "The fields are in /openapi/v1.json.", e)
            : new InputException("request", field, "it is not what belongs there.", "The fields are in /openapi/v1.json.", e);
    }

    /// <summary>A fault as programs are told of it: a file's name is enough, where it lies on this machine is not their business.</summary>
    public static string ForClients(InputException e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return Path.IsPathRooted(e.Origin) ? e.Message.Replace(e.Origin, Path.GetFileName(e.Origin), StringComparison.Ordinal) : e.Message;
    }
}
