using System.Text;
using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Tests.Formats;

public sealed class JsonInputTests
{
    public static TheoryData<Encoding> Others => [new UnicodeEncoding(false, true), new UnicodeEncoding(true, true), new UnicodeEncoding(false, false), new UnicodeEncoding(true, false), new UTF32Encoding(false, true), new UTF32Encoding(true, true)];

    [Fact]
    public void A_byte_order_mark_is_passed_over()
    {
        var bytes = JsonInput.ReadFile(Repository.Fixture("reports", "bom.json"), 100);
        Assert.Equal(0xEF, bytes[0]);
        using var json = JsonInput.Parse(bytes, "bom.json");
        Assert.Equal("Hi", json.RootElement[0].GetProperty("content").GetString());
        // One, before the text: a second is text, and no JSON.
        Assert.ThrowsAny<JsonException>(() => JsonInput.Parse([0xEF, 0xBB, 0xBF, .. bytes], "twice"));
        Assert.ThrowsAny<JsonException>(() => JsonInput.Parse([0xEF, 0xBB, 0xBF], "empty"));
        Assert.ThrowsAny<JsonException>(() => JsonInput.Parse(new byte[100], "half a download"));
    }

    [Theory, MemberData(nameof(Others))]
    public void Another_encoding_is_refused_by_name(Encoding encoding) => Assert.Equal("m.json: it is UTF-16 or UTF-32. Save it as UTF-8.",
        Assert.Throws<InputException>(() => JsonInput.Parse([.. encoding.GetPreamble(), .. encoding.GetBytes("[1]")], "m.json")).Message);

    [Fact]
    public void A_file_that_is_too_long_or_not_there_is_named()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("long.json", new byte[(2 << 20) + 1]);
        // Of a link, the framework would say that it is short.
        File.CreateSymbolicLink(folder.File("link.json"), path);
        foreach (var name in (string[])["long.json", "link.json"])
            Assert.Equal($"{folder.File(name)}: it is longer than 2 MB.", Assert.Throws<InputException>(() => JsonInput.ReadFile(folder.File(name), 2 << 20)).Message);
        Assert.StartsWith(folder.File("gone.json"), Assert.Throws<InputException>(() => JsonInput.ReadFile(folder.File("gone.json"), 1)).Message, StringComparison.Ordinal);
    }
}
