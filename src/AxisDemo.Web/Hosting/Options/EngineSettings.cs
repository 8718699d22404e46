using System.ComponentModel.DataAnnotations;
using AxisDemo.Compute;
using AxisDemo.Serving;

namespace AxisDemo.Web.Hosting;

/// <summary>Which model and axis the host loads and what it runs them on: the section <c>Engine</c>.</summary>
public sealed class EngineSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Engine";

    /// <summary>The model: a GGUF file or a folder of safetensors, absolute or relative to the content root. Default: the embedded one.</summary>
    [Required(ErrorMessage = "Engine:Model names no file. Set it to a GGUF file or a folder of safetensors.")]
    public string Model { get; set; } = "models/SmolLM2-135M-Instruct.Q4_1.gguf";

    /// <summary>The folder whose models visitors find in the list, absolute or relative to the content root. Default: models.</summary>
    public string Models { get; set; } = "models";

    /// <summary>Most models in memory at the same time, apart from one that is just being loaded. Default 2.</summary>
    [Range(1, 64, ErrorMessage = "Engine:MaxModels must lie between 1 and 64.")]
    public int MaxModels { get; set; } = 2;

    /// <summary>Who may load models and take them out of memory: <c>local</c> (default: visitors on this machine), <c>all</c> or <c>none</c>. Those in memory are everybody's.</summary>
    [RegularExpression("local|all|none", ErrorMessage = "Engine:VisitorsMayLoad must be 'local', 'all' or 'none'.")]
    public string VisitorsMayLoad { get; set; } = "local";

    /// <summary>The axis file that belongs to the model. Empty: the model's path with <c>.axis.safetensors</c> in the place of its quantisation and ending.</summary>
    public string Axis { get; set; } = "";

    /// <summary><c>cpu</c>, <c>torch</c>, or <c>auto</c> (default): TorchSharp where libtorch loads (<c>-p:Torch=cuda</c> brings it) and a GPU is there, else the CPU engine.</summary>
    [RegularExpression("auto|cpu|torch", ErrorMessage = "Engine:Backend must be 'auto', 'cpu' or 'torch'.")]
    public string Backend { get; set; } = "auto";

    /// <summary>TorchSharp's devices: empty (default) takes all GPUs; <c>cuda:0</c>, <c>cuda:0,cuda:1</c>, or <c>cpu</c>.</summary>
    public string Device { get; set; } = "";

    /// <summary>TorchSharp's precision: <c>bfloat16</c>, <c>float32</c>, or <c>auto</c> (default): bfloat16 on a GPU, float32 on the CPU.</summary>
    [RegularExpression("auto|float32|bfloat16", ErrorMessage = "Engine:Precision must be 'auto', 'float32' or 'bfloat16'.")]
    public string Precision { get; set; } = "auto";

    /// <summary>Worker threads; 0 (default) takes one for each processor.</summary>
    [Range(0, CpuOptions.MostThreads, ErrorMessage = "Engine:Threads must lie between {1} (one for each processor) and {2}.")]
    public int Threads { get; set; }

    /// <summary><c>vector</c> (default) or <c>scalar</c>, the float32 reference loops.</summary>
    [RegularExpression("vector|scalar", ErrorMessage = "Engine:Kernels must be 'vector' or 'scalar'.")]
    public string Kernels { get; set; } = "vector";

    /// <summary>Most memory that keys and values take, running and cached together, MiB. Default 2,048.</summary>
    [Range(EngineOptions.LeastKvMegabytes, EngineOptions.MostMegabytes, ErrorMessage = "Engine:KvBudgetMegabytes must lie between {1} and {2}.")]
    public int KvBudgetMegabytes { get; set; } = 2048;

    /// <summary>Most memory that captured activations of running requests take, all together, MiB.</summary>
    [Range(0, EngineOptions.MostMegabytes, ErrorMessage = "Engine:CaptureMegabytes must lie between {1} and {2}.")]
    public int CaptureMegabytes { get; set; } = 512;

    /// <summary>Most memory that residual streams kept for patched runs take, all together, MiB.</summary>
    [Range(0, EngineOptions.MostMegabytes, ErrorMessage = "Engine:StreamMegabytes must lie between {1} and {2}.")]
    public int StreamMegabytes { get; set; } = 256;

    /// <summary>Answers computed at the same time, of all visitors; more wait. Default 32.</summary>
    [Range(1, EngineOptions.MostRunning, ErrorMessage = "Engine:MaxRunning must lie between {1} and {2}.")]
    public int MaxRunning { get; set; } = 32;

    /// <summary>Answers that may wait; more are refused. Default 64.</summary>
    [Range(0, 100_000, ErrorMessage = "Engine:MaxWaiting must lie between 0 and 100000.")]
    public int MaxWaiting { get; set; } = 64;

    /// <summary>Whether a model is loaded although its weights, keys and values do not fit into the memory that is free, the machine's or a GPU's. Default false: it is refused, with both figures.</summary>
    public bool IgnoreMemory { get; set; }
}
