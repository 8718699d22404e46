namespace AxisDemo.Formats;

/// <summary>Sentences that several readers end their messages with.</summary>
internal static class InputFaults
{
    public const string CopyAgain = "The file is cut off or damaged: download or copy it again.";

    /// <summary>The types a weight can have here, for the messages that refuse one.</summary>
    public static string SupportedTypes { get; } = string.Join(", ", Enum.GetNames<TensorType>());
}
