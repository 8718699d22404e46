using System.Runtime.InteropServices;
using AxisDemo.Formats;
using AxisDemo.Compute;
using TorchSharp;

namespace AxisDemo.Torch;

/// <summary>Opens the TorchSharp engine as options ask, or says what is missing.</summary>
public static class TorchBackendOpener
{
    private const string HowToGet = "Build with libtorch: dotnet run -c Release -p:Torch=cuda (NVIDIA GPU) or -p:Torch=cpu; on Linux it needs the C++ library of GCC 13 or newer (Debian 13, Ubuntu 24.04). "
        + "Or leave Engine:Backend, Engine:Device and Engine:Precision (--backend, --device, --precision) out: the CPU engine needs none of it.";

    // Once: standard output is turned off meanwhile, for every thread of the process.
    private static readonly Lazy<(int Gpus, Exception? Failure)> Probed = new(Probe);

    /// <inheritdoc cref="OpenTorch"/>
    public static ITensorOps? Open(BackendOptions options, bool required)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (gpus, failure) = Probed.Value;
        if (failure is not null)
            return !required ? null : throw Fault("Backend", $"TorchSharp's native libraries do not load: {Cause(failure)}.", HowToGet, failure);
        if (options.Device.Length == 0 && gpus == 0)
            return !required ? null : throw Fault("Device", "no CUDA GPU is to be seen.", "Check the driver with nvidia-smi and that the program was built with -p:Torch=cuda; for libtorch on the CPU set Engine:Device (--device) to 'cpu'.");
        var devices = Devices(options.Device, gpus);
        var onCpu = devices[0] == "cpu";
        if (onCpu) torch.set_num_threads(options.Cpu.Threads);
        return new TorchOps(new TorchOptions { Devices = devices, BFloat16 = options.Precision == "bfloat16" || (options.Precision == "auto" && !onCpu) });
    }

    internal static string[] Devices(string text, int gpus)
    {
        string[] all = [.. Enumerable.Range(0, gpus).Select(g => $"cuda:{g}")];
        if (text.Length == 0 || text == "cuda")
            return all.Length > 0 ? all : throw Fault("Device", "no CUDA GPU is to be seen.", "Check the driver with nvidia-smi, or set it to 'cpu'.");
        var named = text.Split(',', StringSplitOptions.TrimEntries);
        foreach (var name in named)
            if (!(name == "cpu" && named.Length == 1) && !all.Contains(name))
                throw Fault("Device", $"'{name}' is no device here.", $"Give 'cpu'{(gpus > 0 ? $", or one or several of {string.Join(",", all)}" : "; there is no GPU")}.");
        return named.Distinct().Count() == named.Length ? named : throw Fault("Device", $"'{text}' names a device twice.", "Name each once.");
    }

    private static (int Gpus, Exception? Failure) Probe()
    {
        var output = Console.Out;
        try
        {
            // When it cannot load, TorchSharp prints pages of what it tried; standard output belongs to answers.
            Console.SetOut(TextWriter.Null);
            return (torch.cuda.is_available() ? torch.cuda.device_count() : 0, null);
        }
        catch (Exception failure) when (failure is TypeInitializationException or NotSupportedException or DllNotFoundException or ExternalException)
        {
            return (0, failure);
        }
        finally
        {
            Console.SetOut(output);
        }
    }

    // TorchSharp does not name the reason; the loader does, once it is asked again.
    private static string Cause(Exception failure)
    {
        try
        {
            NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);
        }
        catch (DllNotFoundException reason)
        {
            var lines = reason.Message.Split('\n', StringSplitOptions.TrimEntries);
            return Array.Find(lines, l => l.Contains("GLIBC", StringComparison.Ordinal) || l.StartsWith("libtorch", StringComparison.Ordinal)) ?? lines[0].TrimEnd(':', '.');
        }

        while (failure.InnerException is { } inner) failure = inner;
        return failure.Message.Split('\n')[0].Trim().TrimEnd('.');
    }

    private static InputException Fault(string field, string fault, string remedy, Exception? inner = null) => new("options", $"Engine:{field}", fault, remedy, inner);
}
