using System.CommandLine;
using System.Runtime.InteropServices;
using AxisDemo.Formats;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis dequantize</c>: raw GGML blocks to little-endian float32.</summary>
internal static class DequantizeCommand
{
    private const int BlocksAtOnce = 4096;

    public static Command Create()
    {
        var type = new Option<string>("--type") { Description = "The tensor type of the blocks: Q4_K, Q8_0, BF16, ...", HelpName = "TYPE", Required = true };
        var input = new Argument<string>("IN") { Description = "File of raw blocks, back to back." };
        var output = new Option<string>("--out") { Description = "File of float32 to write.", HelpName = "OUT", Required = true };
        var command = new Command("dequantize", "Turns raw GGML blocks into little-endian float32.") { type, input, output };
        command.SetAction((parsed, cancellation) =>
        {
            Run(TypeOf(parsed.GetRequiredValue(type)), parsed.GetRequiredValue(input), parsed.GetRequiredValue(output), cancellation);
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static TensorType TypeOf(string name)
    {
        var weights = Enum.GetValues<TensorType>().Where(t => t is not (TensorType.I32 or TensorType.I64 or TensorType.U8)).ToList();
        foreach (var known in weights)
            if (string.Equals(known.ToString(), name, StringComparison.OrdinalIgnoreCase)) return known;
        throw new InputException("--type", name, "is no type of weights.", $"Give one of {string.Join(", ", weights)}.");
    }

    private static void Run(TensorType type, string input, string output, CancellationToken cancellation)
    {
        if (!File.Exists(input)) throw new InputException(input, "", "there is no such file.", "Give a file of raw blocks.");
        using var blocks = File.OpenRead(input);
        var size = Quants.BlockBytes(type);
        if (blocks.CanSeek && blocks.Length % size != 0)
            throw new InputException(input, "length", $"{blocks.Length} bytes are no whole number of {type} blocks of {size} bytes.", "Give whole blocks, or another --type.");

        using var file = new ReplacingFile(output);
        var bytes = new byte[BlocksAtOnce * size];
        var values = new float[BlocksAtOnce * Quants.BlockElements(type)];
        int read;
        while ((read = blocks.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (read % size != 0) throw new InputException(input, "length", $"the last {type} block is cut off: {read % size} of {size} bytes.", "Give whole blocks, or another --type.");
            var piece = values.AsSpan(0, read / size * Quants.BlockElements(type));
            Quants.Dequantize(type, bytes.AsSpan(0, read), piece);
            file.Write(MemoryMarshal.AsBytes(piece));
        }

        file.Complete();
    }
}
