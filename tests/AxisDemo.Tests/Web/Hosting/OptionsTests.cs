using System.Diagnostics;
using AxisDemo.Web.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AxisDemo.Tests.Web.Hosting;

public class OptionsTests
{
    [Theory]
    [InlineData("Engine:Threads", "-1", "Engine:Threads")]
    [InlineData("Engine:Threads", "many", "Engine:Threads")]
    [InlineData("Engine:Kernels", "fast", "'vector' or 'scalar'")]
    [InlineData("Engine:Model", "", "Engine:Model")]
    [InlineData("Engine:Modle", "x.gguf", "Modle")]
    [InlineData("Limits:MaxTokens", "0", "Limits:MaxTokens")]
    [InlineData("Limits:Sessions", "0", "Limits:Sessions")]
    [InlineData("Limits:Messages", "abc", "Limits:Messages")]
    [InlineData("Engine:KvBudgetMegabytes", "0", "Engine:KvBudgetMegabytes")]
    [InlineData("Engine:CaptureMegabytes", "-1", "Engine:CaptureMegabytes")]
    [InlineData("Engine:StreamMegabytes", "1048577", "Engine:StreamMegabytes")]
    [InlineData("Sharing:MaxBytes", "12", "Sharing:MaxBytes")]
    [InlineData("Sharing:Database", "", "Sharing:Database")]
    [InlineData("Engine:MaxRunning", "0", "Engine:MaxRunning")]
    [InlineData("Limits:AnswersPerMinute", "0", "Limits:AnswersPerMinute")]
    [InlineData("Limits:AnswersAtOnce", "-1", "Limits:AnswersAtOnce")]
    [InlineData("Access:ApiKey", "short", "16 to 512")]
    [InlineData("Access:ApiKey", "contains a space in it", "16 to 512")]
    [InlineData("Access:AllowedOrigins:0", "https://lab.example/page", "no origin")]
    [InlineData("Access:AllowedOrigins:0", "*", "no origin")]
    [InlineData("Access:TrustedProxies:0", "10.0.0.300", "no address and no network")]
    [InlineData("Access:Key", "x", "Key")]
    public void A_malformed_option_is_named_where_the_start_stops(string key, string value, string said)
    {
        using var services = Services($"--{key}={value}");
        var fault = StartFault.Say(Assert.ThrowsAny<Exception>(() => services.GetRequiredService<IStartupValidator>().Validate()));

        Assert.StartsWith("AxisDemo does not start: ", fault, StringComparison.Ordinal);
        Assert.Contains(said, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void The_settings_file_is_in_order_and_a_fault_of_the_programs_own_keeps_its_stack()
    {
        using var services = Services();
        services.GetRequiredService<IStartupValidator>().Validate();
        Assert.Null(StartFault.Say(new InvalidOperationException("a fault")));
    }

    [Fact]
    public async Task A_malformed_option_of_the_environment_ends_the_program_with_exit_code_1_and_the_fault_on_stderr()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Repository.Root, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { Path.Combine(Repository.Root, "bin", configuration, "net10.0", "AxisDemo.dll"), "--urls=http://127.0.0.1:0" }) start.ArgumentList.Add(argument);
        start.Environment["Limits__MaxTokens"] = "0";
        using var host = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var _ = patience.Token.Register(() => host.Kill());
        var output = host.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await host.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await output;
        await host.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, host.ExitCode);
        Assert.StartsWith("AxisDemo does not start: ", error, StringComparison.Ordinal);
        Assert.Contains("Limits:MaxTokens", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_are_those_of_the_settings_file()
    {
        var file = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "appsettings.json"))).RootElement;

        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(new EngineSettings()), System.Text.Json.JsonSerializer.Serialize(file.GetProperty("Engine")));
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(new LimitOptions()), System.Text.Json.JsonSerializer.Serialize(file.GetProperty("Limits")));
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(new SharingOptions()), System.Text.Json.JsonSerializer.Serialize(file.GetProperty("Sharing")));
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(new AccessOptions()), System.Text.Json.JsonSerializer.Serialize(file.GetProperty("Access")));
    }

    [Theory]
    [InlineData("models/SmolLM2-135M-Instruct.Q4_1.gguf", "models/SmolLM2-135M-Instruct.axis.safetensors")]
    [InlineData("/a/Qwen3-32B-Q8_0.gguf", "/a/Qwen3-32B.axis.safetensors")]
    [InlineData("/a/model.IQ4_XS.gguf", "/a/model.axis.safetensors")]
    [InlineData("/a/gemma-2-27b-it/", "/a/gemma-2-27b-it.axis.safetensors")]
    [InlineData("/a/llama.BF16.gguf", "/a/llama.axis.safetensors")]
    public void An_axis_is_looked_for_beside_its_model(string model, string axis) => Assert.Equal(axis, AxisFiles.Beside(model));

    // As the host gathers its settings: from the file, then from the command line.
    private static ServiceProvider Services(params string[] args) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonFile(Path.Combine(Repository.Root, "appsettings.json")).AddCommandLine(args).Build())
        .AddHostOptions()
        .BuildServiceProvider();
}
