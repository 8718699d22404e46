using System.Text.Json;
using System.Text.Json.Serialization;

namespace AxisDemo.Serving;

/// <summary>Why an answer ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FinishReason>))]
public enum FinishReason
{
    /// <summary>The model ended its turn.</summary>
    [JsonStringEnumMemberName("stop")] Stop,
    /// <summary><see cref="GenerationRequest.MaxTokens"/> are written, or the given answer is read.</summary>
    [JsonStringEnumMemberName("length")] Length,
    /// <summary>The model's context is full.</summary>
    [JsonStringEnumMemberName("context")] Context,
    /// <summary>Its owner no longer wanted it.</summary>
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}

/// <summary>The words of reasons, in events, files and on the command line: those that the members are written as in JSON.</summary>
public static class FinishReasons
{
    /// <summary>All words, in the order of the members.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetValues<FinishReason>().Select(reason => JsonSerializer.SerializeToElement(reason).GetString()!)];

    /// <summary>A reason's word.</summary>
    public static string Word(this FinishReason reason) => Words[(int)reason];

    /// <summary>The reason that a word stands for; null for another word.</summary>
    public static FinishReason? Parse(string? word)
    {
        for (var i = 0; i < Words.Count; i++)
            if (Words[i] == word) return (FinishReason)i;
        return null;
    }
}
