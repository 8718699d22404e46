namespace AxisDemo.Tests.Cli;

/// <summary>Paths with the marks that references are divided at, as users type them.</summary>
public class OddPathsTests
{
    [Fact]
    public void Files_in_a_folder_with_marks_in_its_name_are_watched_and_capped_along()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("a@b#c"));
        var axis = folder.File("a@b#c/study#1@2.axis.safetensors");
        File.Copy(Path.Combine(Repository.Root, "models", "SmolLM2-135M-Instruct.axis.safetensors"), axis);
        // Named from the folder that the list lies in.
        var list = folder.Write("a@b#c/cap.json", """[{"kind":"cap","axis":"study#1@2.axis.safetensors","layers":"18:27","threshold":"p99"},{"kind":"add","vector":"study#1@2.axis.safetensors#default_vector","layers":3,"coefficient":0}]""");
        var run = Axis.Run("generate", "--model", Repository.Model, "--ids", "1,2,3", "--max-tokens", "1", "--json", "--intervene", list, "--watch", axis, "--watch", axis + "@3", "--watch", axis + "#default_vector@4");
        Assert.True(run.ExitCode == 0, run.Error);
        var token = run.JsonLines.Single(e => e.GetProperty("kind").GetString() == "token");
        Assert.Equal([21, 3, 4], token.GetProperty("projections").EnumerateArray().Select(p => p.GetProperty("layer").GetInt32()));
        Axis.Run("generate", "--model", Repository.Model, "--ids", "1", "--watch", folder.File("a@b#c/gone.axis.safetensors@3")).AssertBadInput(folder.File("a@b#c/gone.axis.safetensors") + ": file: does not exist");
    }
}
