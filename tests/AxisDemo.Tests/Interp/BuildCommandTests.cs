using AxisDemo.Interp;
using AxisDemo.Tests.Cli;

namespace AxisDemo.Tests.Interp;

public class BuildCommandTests
{
    [Fact]
    public void Folders_of_rollouts_become_an_axis_file_with_the_display_layer_asked_for()
    {
        using TemporaryFolder folder = new(), other = new();
        SampleRun.Write(folder.Path, 2);
        File.Move(folder.File("rollouts-1of2.axroll"), other.File("rollouts-1of2.axroll"));
        var file = folder.File("x.axis.safetensors");
        Assert.Equal(0, Axis.Run("build", "--in", folder.Path, "--in", other.Path, "--display-layer", "2", "--out", file, "--json").ExitCode);
        var axis = AxisFile.Open(file);
        Assert.Equal((2, 3, 12), (axis.DisplayLayer, axis.Layers, axis.Provenance.RoleRollouts));
    }

    [Fact]
    public void A_folder_without_rollouts_is_bad_input_and_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(2, Axis.Run("build", "--in", folder.Path, "--out", folder.File("x")).ExitCode);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
