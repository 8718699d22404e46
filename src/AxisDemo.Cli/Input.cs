using AxisDemo.Formats;

namespace AxisDemo.Cli;

/// <summary>Standard input as bytes, bounded.</summary>
internal static class Input
{
    public static byte[] ReadAll(long limit)
    {
        using var input = Console.OpenStandardInput();
        var bytes = new MemoryStream();
        var piece = new byte[1 << 16];
        int read;
        while ((read = input.Read(piece)) > 0)
        {
            if (bytes.Length + read > limit) throw new InputException("stdin", "", $"it is longer than {limit >> 20} MB.", "Give it in parts.");
            bytes.Write(piece, 0, read);
        }

        return bytes.ToArray();
    }
}
