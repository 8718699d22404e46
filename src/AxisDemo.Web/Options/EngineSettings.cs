using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Options;

/// <summary>Which model and axis the host loads and what it runs them on: the section <c>Engine</c>.</summary>
public sealed class EngineSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Engine";

    /// <summary>The model: a GGUF file or a folder of safetensors, absolute or relative to the content root. Default: the embedded one.</summary>
    [Required(ErrorMessage = "Engine:Model names no file. Set it to a GGUF file or a folder of safetensors.")]
    public string Model { get; set; } = "models/SmolLM2-135M-Instruct.Q4_1.gguf";

    /// <summary>The axis file that belongs to the model. Empty: the model's path with <c>.axis.safetensors</c> in the place of its quantisation and ending.</summary>
    public string Axis { get; set; } = "";

    /// <summary>Worker threads; 0 (default) takes one for each processor.</summary>
    [Range(0, 1024, ErrorMessage = "Engine:Threads is {0}: it must lie between 0 (one for each processor) and 1024.")]
    public int Threads { get; set; }

    /// <summary><c>vector</c> (default) or <c>scalar</c>, the float32 reference loops.</summary>
    [RegularExpression("vector|scalar", ErrorMessage = "Engine:Kernels must be 'vector' or 'scalar'.")]
    public string Kernels { get; set; } = "vector";
}

/// <summary>What one visitor, and all of them, may ask for: the section <c>Limits</c>.</summary>
public sealed class LimitOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Limits";

    /// <summary>Longest answer, tokens. Default 512.</summary>
    [Range(1, 32768, ErrorMessage = "Limits:MaxTokens must lie between 1 and 32768.")]
    public int MaxTokens { get; set; } = 512;

    /// <summary>Longest message or system prompt, characters. Default 8,000.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Limits:MessageCharacters must lie between 1 and 1000000.")]
    public int MessageCharacters { get; set; } = 8_000;

    /// <summary>Most messages in one request of the hub. Default 64.</summary>
    [Range(1, 4096, ErrorMessage = "Limits:Messages must lie between 1 and 4096.")]
    public int Messages { get; set; } = 64;

    /// <summary>Requests that one hub connection may have running. Default 4.</summary>
    [Range(1, 256, ErrorMessage = "Limits:RequestsPerConnection must lie between 1 and 256.")]
    public int RequestsPerConnection { get; set; } = 4;

    /// <summary>Conversations kept at the same time. Default 200.</summary>
    [Range(1, 100_000, ErrorMessage = "Limits:Sessions must lie between 1 and 100000.")]
    public int Sessions { get; set; } = 200;

    /// <summary>Minutes after which an untouched conversation is forgotten. Default 240.</summary>
    [Range(1, 100_000, ErrorMessage = "Limits:SessionMinutes must lie between 1 and 100000.")]
    public int SessionMinutes { get; set; } = 240;

    /// <summary>Seconds that an answer goes on without anybody looking, so that a reload finds it. Default 30.</summary>
    [Range(0, 3600, ErrorMessage = "Limits:UnwatchedSeconds must lie between 0 and 3600.")]
    public int UnwatchedSeconds { get; set; } = 30;
}

/// <summary>Checks <see cref="EngineSettings"/> at start.</summary>
[OptionsValidator]
public sealed partial class EngineSettingsValidator : IValidateOptions<EngineSettings>;

/// <summary>Checks <see cref="LimitOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class LimitOptionsValidator : IValidateOptions<LimitOptions>;
