using System.Text.Json;

namespace AxisDemo.Tests.Web.Hosting;

public class OptionsDocumentTests
{
    [Fact]
    public void Every_option_of_the_settings_file_is_documented_with_its_default()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "options.md")).Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .Select(l => l.Split('|', StringSplitOptions.TrimEntries)).ToDictionary(cells => cells[1].Trim('`'), cells => cells[2]);
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "appsettings.json")));

        Assert.Equal(Leaves(file.RootElement, "").Where(o => !o.Name.StartsWith("Logging", StringComparison.Ordinal)).OrderBy(o => o.Name), rows.Select(r => (Name: r.Key, r.Value)).OrderBy(o => o.Name));
    }

    private static IEnumerable<(string Name, string Value)> Leaves(JsonElement section, string prefix) => section.EnumerateObject().SelectMany(p => p.Value.ValueKind switch
    {
        JsonValueKind.Object => Leaves(p.Value, $"{prefix}{p.Name}:"),
        JsonValueKind.True or JsonValueKind.False => [(prefix + p.Name, p.Value.GetBoolean() ? "true" : "false")],
        _ => [(prefix + p.Name, p.Value.ToString())],
    });
}
