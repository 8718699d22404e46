using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Cli;

/// <summary>The model that the web host would load too: <c>Engine:Model</c> in the nearest appsettings.json.</summary>
internal static class DefaultModel
{
    private const long LongestFile = 4 << 20;

    /// <summary>Looks from the working folder upwards, then from the program's folder upwards.</summary>
    public static string Find()
    {
        foreach (var folder in Surroundings.Current.OwnFolders())
        {
            var settings = Path.Combine(folder, "appsettings.json");
            if (File.Exists(settings) && ModelOf(settings) is { } model)
                return Path.GetFullPath(model, folder);
        }

        throw new InputException("--model", "", "it is not given, and no appsettings.json with Engine:Model was found.", "Give --model PATH.");
    }

    private static string? ModelOf(string settings)
    {
        try
        {
            using var document = JsonInput.Parse(JsonInput.ReadFile(settings, LongestFile), settings, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("Engine", out var engine) && engine.ValueKind == JsonValueKind.Object
                && engine.TryGetProperty("Model", out var model) && model.ValueKind == JsonValueKind.String
                ? model.GetString() : null;
        }
        catch (JsonException e)
        {
            throw new InputException(settings, "", $"it is not JSON: {e.Message}", "Mend it, or give --model PATH.", e);
        }
    }
}
