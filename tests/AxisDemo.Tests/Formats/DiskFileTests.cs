using System.Diagnostics;
using AxisDemo.Formats;

namespace AxisDemo.Tests.Formats;

public sealed class DiskFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Length_and_time_are_those_of_the_file_that_links_lead_to()
    {
        var file = folder.Write("file", new byte[1234]);
        var written = new DateTime(2020, 2, 2, 2, 2, 2, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(file, written);
        Directory.CreateDirectory(folder.File("a/b"));
        File.CreateSymbolicLink(folder.File("a/b/up"), "../../file");
        Directory.CreateSymbolicLink(folder.File("c"), folder.File("a/b"));
        File.CreateSymbolicLink(folder.File("chain"), "c/up");
        // A link's ".." is the folder above its target: c/.. is a, not the folder that c lies in.
        File.CreateSymbolicLink(folder.File("through"), "c/../b/up");
        var expected = DiskFile.Find(file)!.Value;
        Assert.Equal((1234, written), (expected.Bytes, expected.Written));
        foreach (var path in (string[])["a/b/up", "c/up", "chain", "through", "a/../chain"]) Assert.Equal(expected, DiskFile.Find(folder.File(path)));
    }

    [Fact]
    public void Where_there_is_no_file_there_is_none_and_a_link_that_leads_nowhere_is_known()
    {
        File.CreateSymbolicLink(folder.File("broken"), "gone");
        File.CreateSymbolicLink(folder.File("round"), "round");
        Directory.CreateSymbolicLink(folder.File("here"), ".");
        foreach (var path in (string[])["missing", "broken", "round", "here", "", "broken/file"]) Assert.Null(DiskFile.Find(folder.File(path)));
        Assert.Equal([false, true, true, false], ((string[])["missing", "broken", "round", "here"]).Select(path => DiskFile.LeadsNowhere(folder.File(path))));
        Assert.Equal($"{folder.File("broken")}: file: is a link that leads nowhere: what it stands for is gone. Let it lead to something again, or delete it.",
            Assert.Throws<InputException>(() => MappedFile.Open(folder.File("broken"))).Message);
    }

    [Fact]
    public async Task A_pipe_behind_a_link_does_not_block_for_ever()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/mkfifo"), "named pipes");
        using (var make = Process.Start("mkfifo", folder.File("pipe"))) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(folder.File("link.gguf"), "pipe");
        var opening = Task.Run(() => Assert.Throws<InputException>(() => GgufFile.Open(folder.File("link.gguf"))), TestContext.Current.CancellationToken);
        Assert.Contains("is no ordinary file", (await opening.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_leads_to_another_file_of_the_same_length_and_time_has_that_ones_hash()
    {
        var memory = new HashMemory(folder.File("hashes"), least: 1);
        var written = new DateTime(2020, 2, 2, 2, 2, 2, DateTimeKind.Utc);
        foreach (var version in (string[])["v1", "v2"])
        {
            Directory.CreateDirectory(folder.File(version));
            File.SetLastWriteTimeUtc(folder.Write($"{version}/model", [(byte)version[1]]), written);
        }

        void Same(string path) => Assert.Equal(FileHash.Sha256(folder.File(path)), memory.Sha256(folder.File(path), default));
        File.CreateSymbolicLink(folder.File("link"), "v1/model");
        Directory.CreateSymbolicLink(folder.File("current"), "v1");
        Same("link");
        Same("current/model");
        File.Delete(folder.File("link"));
        Directory.Delete(folder.File("current"));
        File.CreateSymbolicLink(folder.File("link"), "v2/model");
        Directory.CreateSymbolicLink(folder.File("current"), "v2");
        Same("link");
        Same("current/model");
        Assert.Equal(2, Directory.GetFiles(folder.File("hashes")).Length);

        // The link stays as it is, and what it leads to changes.
        folder.Write("v2/model", [1, 2, 3]);
        Same("link");
        Same("current/model");
    }
}
