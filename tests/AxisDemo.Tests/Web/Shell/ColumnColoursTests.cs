using System.Globalization;
using System.Text.RegularExpressions;

namespace AxisDemo.Tests.Web.Shell;

/// <summary>The colours of the four columns can be read on the page and told apart, also by those who see few hues.</summary>
public sealed partial class ColumnColoursTests
{
    // Viénot, Brettel and Mollon 1999 (red and green) on linear sRGB; blue as in Machado, Oliveira and Fernandes 2009, severity 1.
    private static readonly double[][] AsSeen = [[1, 0, 0, 0, 1, 0, 0, 0, 1], [0.11238, 0.88762, 0, 0.11238, 0.88762, 0, 0.00401, -0.00401, 1], [0.29275, 0.70725, 0, 0.29275, 0.70725, 0, -0.02234, 0.02234, 1], [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039]];

    [Theory]
    [InlineData("")]
    [InlineData("[data-scheme=dark]")]
    public void They_can_be_read_and_told_apart(string scheme)
    {
        var colours = Colours(scheme);
        var columns = new[] { "a", "b", "c", "d" };

        foreach (var column in columns)
        {
            // WCAG 2.2, 1.4.3: text of ordinary size, which stands on paper; 1.4.11: bars, lines and frames, also on the ground behind it.
            Assert.True(Contrast(colours[column], colours["paper"]) >= 4.5, $"--{column} on --paper");
            Assert.True(Contrast(colours[column], colours["ground"]) >= 3, $"--{column} on --ground");
        }
        foreach (var eye in AsSeen)
        {
            var seen = columns.Select(column => OkLab(Times(eye, colours[column]))).ToArray();
            for (var i = 0; i < seen.Length; i++)
            {
                // A step of 0.02 in OKLab is just seen; five of them are seen at a glance on thin lines.
                for (var j = 0; j < i; j++) Assert.True(Distance(seen[i], seen[j]) >= 0.1, $"--{columns[j]} and --{columns[i]}, {Distance(seen[i], seen[j]):0.000}, as seen by {Array.IndexOf(AsSeen, eye)}");
            }
        }
    }

    private static Dictionary<string, double[]> Colours(string scheme)
    {
        var css = File.ReadAllText(Path.Combine(Repository.Root, "wwwroot", "css", "app.css"));
        var at = css.IndexOf($":root{scheme} {{", StringComparison.Ordinal);
        Assert.True(at >= 0, scheme);
        return Variable().Matches(css[at..css.IndexOf('}', at)]).ToDictionary(m => m.Groups[1].Value, m => Linear(m.Groups[2].Value));
    }

    private static double[] Linear(string hex) => [.. Enumerable.Range(0, 3)
        .Select(i => int.Parse(hex.AsSpan(2 * i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0)
        .Select(c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4))];

    private static double Contrast(double[] one, double[] other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);

        static double Luminance(double[] c) => 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
    }

    // Ottosson 2020.
    private static double[] OkLab(double[] linear)
    {
        double[] lms = [.. Times([0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376, 0.6299787005], linear).Select(Math.Cbrt)];
        return Times([0.2104542553, 0.7936177850, -0.0040720468, 1.9779984951, -2.4285922050, 0.4505937099, 0.0259040371, 0.7827717662, -0.8086757660], lms);
    }

    private static double[] Times(double[] matrix, double[] c) => [.. Enumerable.Range(0, 3).Select(i => matrix[3 * i] * c[0] + matrix[3 * i + 1] * c[1] + matrix[3 * i + 2] * c[2])];

    private static double Distance(double[] one, double[] other) => Math.Sqrt(one.Zip(other, (a, b) => (a - b) * (a - b)).Sum());

    [GeneratedRegex(@"--([\w-]+): #([0-9a-f]{6});")]
    private static partial Regex Variable();
}
