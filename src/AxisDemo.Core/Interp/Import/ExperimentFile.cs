using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Interp.Import;

/// <summary>
/// A published capping experiment as an interventions file. Its vectors v point to the role and its c is a ceiling:
/// <c>h - max(h.v/|v| - c, 0) v/|v|</c> is the floor -c on -v. The order of its items is kept.
/// </summary>
public static class ExperimentFile
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the interventions.</summary>
    /// <param name="path">The file to write, whole or not at all.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="layers">The block of each of its vectors.</param>
    /// <param name="vectors">The file of the negated vectors, as the interventions name it.</param>
    /// <exception cref="InputException">The place cannot be written.</exception>
    public static void Write(string path, PublishedExperiment experiment, IReadOnlyDictionary<string, int> layers, string vectors)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Indented))
        {
            json.WriteStartArray();
            foreach (var cap in experiment.Caps)
            {
                json.WriteStartObject();
                json.WriteString("kind", "cap");
                json.WriteString("vector", $"{vectors}#{VectorsFile.TensorName(cap.Vector)}");
                json.WriteString("layers", $"{layers[cap.Vector]}");
                json.WriteNumber("threshold", 0 - cap.Ceiling);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        using var file = new ReplacingFile(path);
        file.Write(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        file.Complete();
    }

    /// <summary>An experiment's name as part of a file's name: "layers_46:54-p0.25" becomes "layers_46_54-p0.25".</summary>
    public static string FileName(string id) => string.Concat(id.Take(80).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
}
