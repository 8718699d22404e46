using System.Text;
using System.Text.Json;
using AxisDemo.Serving;

namespace AxisDemo.Cli;

/// <summary>Results go to stdout as UTF-8, whatever the locale; everything else (progress, warnings) goes to stderr.</summary>
internal static class Output
{
    /// <summary>Writes text as it is, and at once: it may be a piece of a stream.</summary>
    public static void Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public static void Line(string text) => Text(text + "\n");

    public static void Bytes(ReadOnlySpan<byte> bytes)
    {
        var output = Surroundings.Current.Output;
        output.Write(bytes);
        output.Flush();
    }

    /// <summary>One JSON value on one line, in the form that events have.</summary>
    public static void Json<T>(T value) => Line(JsonSerializer.Serialize(value, GenerationEvent.Json));

    /// <summary>What a model's files leave open or state that is not applied, for people.</summary>
    public static void Warnings(IEnumerable<string> warnings)
    {
        foreach (var warning in warnings) Note($"axis: warning: {warning}");
    }

    /// <summary>A remark for people.</summary>
    public static void Note(string text) => Surroundings.Current.Error.WriteLine(text);
}
