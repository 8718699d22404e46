using System.Diagnostics;
using System.Text.Json;

namespace AxisDemo.Tests;

/// <summary>The image is built where a container engine runs; here its steps are read, and tests/publish runs them.</summary>
public class DockerfileTests
{
    // Instructions, with lines that go on joined.
    private static readonly List<(string Verb, string Text)> Instructions =
    [
        .. File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile")).Replace("\\\n", "", StringComparison.Ordinal).Split('\n')
            .Where(l => l.Length > 0 && l[0] != '#').Select(l => (l[..l.IndexOf(' ', StringComparison.Ordinal)], l[(l.IndexOf(' ', StringComparison.Ordinal) + 1)..])),
    ];

    [Fact]
    public void It_builds_in_one_stage_and_runs_in_another_as_another_user()
    {
        var stages = Instructions.FindAll(i => i.Verb == "FROM");
        var last = Instructions.FindLastIndex(i => i.Verb == "FROM");

        Assert.Equal(2, stages.Count);
        Assert.Contains("/aspnet:10.0", stages[1].Text, StringComparison.Ordinal);
        Assert.Equal("$APP_UID", Assert.Single(Instructions[last..], i => i.Verb == "USER").Text);
        Assert.Contains(Instructions[..last], i => i == ("ARG", "BACKEND=cpu"));
        Assert.Contains("-p:Torch=cuda", Instructions.First(i => i.Verb == "RUN").Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Instructions[last..], i => i.Verb == "RUN");
    }

    [Fact]
    public async Task The_publish_test_runs_its_commands_and_no_others()
    {
        var start = new ProcessStartInfo("bash") { WorkingDirectory = Repository.Root, RedirectStandardOutput = true };
        foreach (var argument in new[] { "tests/publish", "--list" }) start.ArgumentList.Add(argument);
        using var script = Process.Start(start)!;
        var listed = (await script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, script.ExitCode);
        string Words(string json) => string.Join(' ', JsonSerializer.Deserialize<string[]>(json[json.IndexOf('[', StringComparison.Ordinal)..])!);
        var expected = Instructions.Select(i => i.Verb switch
        {
            "RUN" or "ENV" => $"{i.Verb} {i.Text}",
            "COPY" when i.Text.StartsWith("--from=build", StringComparison.Ordinal) => $"COPY {i.Text}",
            "ENTRYPOINT" or "HEALTHCHECK" => $"{i.Verb} {Words(i.Text)}",
            _ => null,
        }).OfType<string>();
        Assert.Equal(expected.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.Contains("tests/publish", await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests", "run"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void No_model_but_the_embedded_one_comes_into_the_image()
    {
        var ignored = File.ReadAllLines(Path.Combine(Repository.Root, ".dockerignore"));
        Assert.Contains("models/*", ignored);
        var kept = ignored.Where(l => l.StartsWith("!models/", StringComparison.Ordinal)).Select(l => l[1..]).ToList();
        Assert.DoesNotContain("models/*", kept);
        var copied = Assert.Single(Instructions, i => i.Verb == "RUN" && i.Text.Contains("/app/models", StringComparison.Ordinal)).Text.Split(' ');
        Assert.DoesNotContain("models", copied);
        foreach (var file in copied.Where(w => w.StartsWith("models/", StringComparison.Ordinal)))
        {
            // Each file that is copied is there, and reaches the build.
            Assert.Single(Directory.GetFiles(Path.Combine(Repository.Root, "models"), Path.GetFileName(file)));
            Assert.Contains(kept, k => k == file || k.EndsWith('*') && file.StartsWith(k[..^1], StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("AxisDemo.csproj")]
    [InlineData("appsettings.json")]
    [InlineData("src")]
    [InlineData("wwwroot")]
    [InlineData("build")]
    [InlineData("models")]
    [InlineData("prompts")]
    public void What_the_build_needs_is_not_left_out(string needed)
    {
        Assert.True(Path.Exists(Path.Combine(Repository.Root, needed)), needed);
        Assert.DoesNotContain(File.ReadLines(Path.Combine(Repository.Root, ".dockerignore")), line => line == needed || line == $"**/{needed}");
    }
}
