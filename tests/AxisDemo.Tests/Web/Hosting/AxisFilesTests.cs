using AxisDemo.Formats;
using AxisDemo.Model;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Hosting;

public class AxisFilesTests
{
    private static readonly string Axis = Path.Combine(Repository.Root, "models", "SmolLM2-135M-Instruct.axis.safetensors");

    [Theory]
    [InlineData(30, 576, "sha256")]
    [InlineData(30, 960, "width 960")]
    [InlineData(32, 576, "32 layers")]
    public void An_axis_of_another_model_is_refused_with_both_names(int layers, int width, string difference)
    {
        var other = new ModelInfo("Other 1B", "other", new string('0', 64), "llama", 1, "F32", layers, width, 64, 10, "CPU");
        var message = Assert.Throws<InputException>(() => AxisFiles.Open(Axis, other)).Message;
        Assert.Contains("Other 1B", message, StringComparison.Ordinal);
        Assert.Contains("SmolLM2", message, StringComparison.Ordinal);
        Assert.Contains(difference, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/Qwen3-0.6B", "models/Qwen3-0.6B.axis.safetensors")]
    [InlineData("models/Qwen3-0.6B/", "models/Qwen3-0.6B.axis.safetensors")]
    [InlineData("models/Some.Q4_K_M.gguf", "models/Some.axis.safetensors")]
    public void The_axis_of_a_file_or_folder_lies_beside_it(string model, string axis) => Assert.Equal(axis, AxisFiles.Beside(model));
}
