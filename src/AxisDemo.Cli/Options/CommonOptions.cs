using System.CommandLine.Parsing;
using System.CommandLine;
using System.Globalization;
using System.Numerics;
using AxisDemo.Compute;
using AxisDemo.Formats;

namespace AxisDemo.Cli;

/// <summary>Options that mean the same in every command. Each call makes a new one: an option belongs to its command.</summary>
internal static class CommonOptions
{
    public static Option<string?> Model() => new("--model")
    {
        Description = "The model: a .gguf file (of one in several parts any), or a folder with config.json, *.safetensors and tokenizer.json. Default: Engine:Model of appsettings.json.",
        HelpName = "PATH",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON on stdout and nothing else." };

    public static Option<int> Threads()
    {
        var option = new Option<int>("--threads")
        {
            Description = "Threads of the engine. Default: one per processor.",
            HelpName = "N",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var n) && n is < 1 or > CpuOptions.MostThreads)
                result.AddError($"--threads {n}: give a number from 1 to {CpuOptions.MostThreads}.");
        });
        return option;
    }

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>; others are wrong usage, not a number included.</summary>
    public static Option<T> Number<T>(string name, string description, T standard, T least, T most)
        where T : struct, INumber<T>
    {
        var option = new Option<T>(name)
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"{description} Default {standard}."),
            HelpName = typeof(T) == typeof(int) ? "N" : "X",
            DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && Parse<T>(result.Tokens[0].Value) is { } n && !(n >= least && n <= most))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} {n}: give a number from {least} to {most}."));
        });
        return option.Exact();
    }

    /// <summary>Reads the option's number in the one way that JSON and C# know: a comma is no part of it. (By itself the parser takes 0,7 for 7.)</summary>
    public static Option<T> Exact<T>(this Option<T> option)
        where T : struct, INumber<T>
    {
        option.CustomParser = result => Exact<T>(result, option.Name) ?? default;
        return option;
    }

    /// <inheritdoc cref="Exact{T}(Option{T})"/>
    public static Option<T?> Exact<T>(this Option<T?> option)
        where T : struct, INumber<T>
    {
        option.CustomParser = result => Exact<T>(result, option.Name);
        return option;
    }

    private static T? Exact<T>(ArgumentResult result, string name)
        where T : struct, INumber<T>
    {
        var text = result.Tokens[0].Value;
        if (Parse<T>(text) is { } number) return number;
        result.AddError($"{name} {text}: give {(IsReal<T>() ? "a number, its fraction after a point" : "a whole number")}{(typeof(T) == typeof(ulong) ? $" from 0 to {ulong.MaxValue}" : "")}.");
        return null;
    }

    private static bool IsReal<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    private static T? Parse<T>(string text)
        where T : struct, INumber<T> =>
        T.TryParse(text, IsReal<T>() ? NumberStyles.Float : NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static Option<string> Kernels()
    {
        var option = new Option<string>("--kernels")
        {
            Description = "vector: quantised weights and SIMD; scalar: the plain reference loops in float32.",
            DefaultValueFactory = _ => "vector",
        };
        option.AcceptOnlyFromAmong("vector", "scalar");
        return option;
    }

    public static Option<string> Backend()
    {
        var option = new Option<string>("--backend")
        {
            Description = "cpu; torch (a build with -p:Torch=cuda or cpu); auto: torch where a GPU is there, else cpu.",
            DefaultValueFactory = _ => "auto",
        };
        option.AcceptOnlyFromAmong("auto", "cpu", "torch");
        return option;
    }

    public static Option<string> Device() => new("--device")
    {
        Description = "TorchSharp's devices: cuda:0, cuda:0,cuda:1, or cpu. Default: all GPUs.",
        HelpName = "NAMES",
        DefaultValueFactory = _ => "",
    };

    public static Option<string> Precision()
    {
        var option = new Option<string>("--precision")
        {
            Description = "TorchSharp's precision; auto: bfloat16 on a GPU, float32 on the CPU.",
            DefaultValueFactory = _ => "auto",
        };
        option.AcceptOnlyFromAmong("auto", "float32", "bfloat16");
        return option;
    }

    /// <summary>The model that was asked for, or the default one; checked to exist.</summary>
    public static string ModelPath(ParseResult parsed, Option<string?> option)
    {
        var path = parsed.GetValue(option) ?? DefaultModel.Find();
        // Of a part that is missing, the reader names all that are.
        if (!Path.Exists(path) && GgufPartName.Of(path) is null) throw new InputException(path, "", "there is no such file or folder.", "Give --model a .gguf file, or a folder with config.json and safetensors.");
        return path;
    }
}
