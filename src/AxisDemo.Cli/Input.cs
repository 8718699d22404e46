using AxisDemo.Formats;

namespace AxisDemo.Cli;

/// <summary>Standard input as bytes, bounded.</summary>
internal static class Input
{
    public static byte[] ReadAll(long limit)
    {
        using var input = Console.OpenStandardInput();
        return JsonInput.Read(input, "stdin", limit, "Give it in parts.");
    }
}
