using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Tests.Formats;

public class FileHashTests
{
    [Fact]
    public void The_hash_is_the_one_the_golden_index_has()
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("quant", "quant.json")));
        foreach (var type in index.RootElement.GetProperty("dequantize").EnumerateArray())
            Assert.Equal(type.GetProperty("sha256_blocks").GetString(), FileHash.Sha256(Repository.Fixture("quant", type.GetProperty("blocks_file").GetString()!)));
    }

    [Fact]
    public void An_empty_file_has_the_hash_of_nothing() =>
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", FileHash.Sha256(Repository.Fixture("malformed", "gguf-truncated-empty.gguf")));

    [Fact]
    public void More_than_one_piece_is_hashed_as_a_whole()
    {
        var content = new byte[(2 << 20) + 17];
        new Random(5).NextBytes(content);
        using var folder = new TemporaryFolder();
        var expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));
        Assert.Equal(expected, FileHash.Sha256(folder.Write("large.bin", content)));
    }

    [Fact]
    public void A_large_files_hash_is_remembered_until_the_file_changes()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.bin", new byte[100]);
        var memory = new HashMemory(folder.File("hashes"), least: 100);
        var hash = memory.Sha256(path, default);
        Assert.Equal(FileHash.Sha256(path), hash);

        // It is the entry that answers: a wrong one would be believed, a damaged one is not.
        var entry = Assert.Single(Directory.GetFiles(folder.File("hashes")));
        File.WriteAllText(entry, new string('a', 64));
        Assert.Equal(new string('a', 64), memory.Sha256(path, default));
        File.WriteAllText(entry, "damaged");
        Assert.Equal(hash, memory.Sha256(path, default));

        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));
        File.WriteAllText(entry, new string('a', 64));
        Assert.Equal(hash, memory.Sha256(path, default));
        folder.Write("model.bin", new byte[99]);
        Assert.Equal(FileHash.Sha256(path), memory.Sha256(path, default));
        Assert.Equal(2, Directory.GetFiles(folder.File("hashes")).Length);
        Assert.Equal(FileHash.Sha256(path), new HashMemory("", 0).Sha256(path, default));
        Assert.Contains("nowhere.bin", Assert.Throws<InputException>(() => memory.Sha256("nowhere.bin", default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error_that_names_it() =>
        Assert.Contains("nowhere.bin", Assert.Throws<InputException>(() => FileHash.Sha256("nowhere.bin")).Message, StringComparison.Ordinal);
}
