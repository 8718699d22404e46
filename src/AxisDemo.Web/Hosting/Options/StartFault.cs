using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Hosting;

/// <summary>Why the host does not start, where that is for whoever starts it to mend.</summary>
internal static class StartFault
{
    /// <returns>The words; null: the fault is the program's own, and its stack is what a report needs.</returns>
    public static string? Say(Exception e) =>
        // A malformed option, or an address that is taken: the message says which, the stack would only hide it.
        e is OptionsValidationException or IOException or InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } ? $"AxisDemo does not start: {e.Message}" : null;
}
