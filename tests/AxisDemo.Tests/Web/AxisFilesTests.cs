using AxisDemo.Interp;
using AxisDemo.Model;
using AxisDemo.Web.Serving;

namespace AxisDemo.Tests.Web;

public sealed class AxisFilesTests : IDisposable
{
    private readonly string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.axis.safetensors");

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData(1, new[] { 0 })]
    [InlineData(2, new[] { 1 })]
    [InlineData(30, new[] { 20, 21, 22, 23, 24, 25 })]
    public void An_axis_without_a_calibration_caps_where_the_published_ones_do_and_somewhere_in_any_model(int layers, int[] capped)
    {
        new AxisFile(new AxisParts
        {
            Layers = layers,
            Width = 2,
            Axis = [.. Enumerable.Repeat(1f, layers * 2)],
            Provenance = new AxisProvenance { DisplayLayer = 0 },
            PercentileTable = new float[layers * AxisFile.Percentiles],
        }).Write(file);

        var axis = AxisFiles.Open(file, new ModelInfo("model", "model.gguf", "", "llama", 1, "F32", layers, 2, 64, 8, "CPU"));

        Assert.Equal(capped, axis.CapLayers);
    }
}
