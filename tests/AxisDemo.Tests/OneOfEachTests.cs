namespace AxisDemo.Tests;

/// <summary>What is written down once, so that it cannot differ from itself.</summary>
public sealed class OneOfEachTests
{
    [Theory]
    [InlineData("0x9E3779B97F4A7C15", "SplitMix.cs")]
    [InlineData("= folder.Parent)", "FoldersAbove.cs")]
    [InlineData("/ direction.Norm", "Intervention.cs")]
    public void It_stands_in_one_source_file(string code, string file)
    {
        var sources = new[] { "src", "bench" }.SelectMany(part => Directory.EnumerateFiles(Path.Combine(Repository.Root, part), "*.cs", SearchOption.AllDirectories));
        Assert.Equal([file], sources.Where(path => !path.Split(Path.DirectorySeparatorChar).Any(folder => folder is "bin" or "obj") && File.ReadAllText(path).Contains(code, StringComparison.Ordinal)).Select(Path.GetFileName));
    }
}
