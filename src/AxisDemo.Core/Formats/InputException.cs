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

    /// <summary>What stands for a request in the place of a file's path.</summary>
    public const string Request = "request";

    /// <summary>What kind of fault it is, for those who do something about it.</summary>
    public FaultKind Kind { get; init; } = source == Request ? FaultKind.Request : FaultKind.Input;

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

/// <summary>What can be done about a fault.</summary>
public enum FaultKind
{
    /// <summary>A file or an option has to be another.</summary>
    Input,
    /// <summary>The request has to be another: a field of it, or a name in it.</summary>
    Request,
    /// <summary>Nothing is wrong with the request: the queue is full, and later it is not.</summary>
    Queue,
    /// <summary>Nothing is wrong with the request: no model is in memory yet.</summary>
    NotReady,
    /// <summary>A model does not fit into the memory that is left: another may leave it.</summary>
    Memory,
}
