namespace AxisDemo.Formats;

/// <summary>
/// Something from outside (a file, an option, a request) cannot be used. The message is one line that says which file or
/// request, which field of it, what is wrong and what to do; it is fit to be shown to a user as it is.
/// </summary>
/// <param name="source">The file's path, or what stands for it ("request", "stdin").</param>
/// <param name="field">The part that is wrong (a key, a tensor's name, "header"); empty when it is the whole.</param>
/// <param name="fault">What is wrong, with the value found and the one expected.</param>
/// <param name="remedy">What the user can do; empty when that follows from the fault.</param>
/// <param name="inner">The failure underneath, where there is one.</param>
public sealed class InputException(string source, string field, string fault, string remedy = "", Exception? inner = null)
    : Exception(OneLine($"{source}: {(field.Length > 0 ? field + ": " : "")}{fault}", remedy), inner)
{
    // Room for long paths and lists of what is supported, and none for a whole file that a parser quotes.
    private const int Longest = 1000;

    /// <summary>The file's path, or what stands for it.</summary>
    public string Origin { get; } = source;

    /// <summary>The part that is wrong; empty when it is the whole.</summary>
    public string Field { get; } = field;

    /// <summary>What is wrong.</summary>
    public string Fault { get; } = fault;

    /// <summary>What to do; may be empty.</summary>
    public string Remedy { get; } = remedy;

    private static string OneLine(string message, string remedy)
    {
        if (message.Length > Longest) message = string.Concat(message.AsSpan(0, Longest), "…");
        message = remedy.Length > 0 ? $"{message} {remedy}" : message;
        return message.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 ? message : string.Concat(message.Select(c => char.IsControl(c) ? ' ' : c));
    }
}
