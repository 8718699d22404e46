using AxisDemo.Formats;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

public class TemplateLanguageTests
{
    private static readonly ChatMessage[] s_messages = [new("user", " Hello <x> ")];

    [Fact]
    public void Small_templates_give_what_the_reference_gives()
    {
        var golden = Golden.Parse(Path.Combine(Repository.Root, "tests", "AxisDemo.Tests", "Tokenizers", "template-language.json"));
        var variables = (Dictionary<string, object?>)ChatTemplateTests.Value(golden.GetProperty("variables"))!;
        foreach (var entry in golden.GetProperty("cases").EnumerateArray())
        {
            var template = entry.Text("template");
            if (entry.TryGetProperty("error", out _)) Assert.Throws<InputException>(() => Render(template, variables));
            else Assert.True(entry.Text("rendered") == Render(template, variables), $"{template}\nexpected {entry.Text("rendered")}\nactual   {Render(template, variables)}");
        }
    }

    [Theory]
    [InlineData("{{ c }}")]
    [InlineData("{{ c | trim }}")]
    [InlineData("{{ c[2:4] }}")]
    [InlineData("{{ c[::-1] }}")]
    [InlineData("{{ c[3] }}")]
    [InlineData("{{ 'a' + c + 'b' }}")]
    [InlineData("{{ 'a' ~ c ~ 1 }}")]
    [InlineData("{{ c * 3 }}")]
    [InlineData("{{ c | upper }}{{ c.lower() }}{{ c | title }}")]
    [InlineData("{{ c | replace('l', c) }}")]
    [InlineData("{{ 'xyx' | replace('y', c) }}")]
    [InlineData("{{ c.split('l') | join('+') }}")]
    [InlineData("{{ ['1', '2'] | join(c) }}")]
    [InlineData("{{ [c, {c: c}] }}")]
    [InlineData("{{ messages | tojson }}")]
    [InlineData("{{ messages | tojson(indent=2) }}")]
    [InlineData("{{ {c: 1} | tojson }}{% for k in {c: 1} %}{{ k }}{% endfor %}")]
    [InlineData("{% for x in c %}<{{ x }}>{% endfor %}")]
    [InlineData("{% set y %}a{{ c }}b{% endset %}{{ y }}")]
    [InlineData("{% macro m(x) %}a{{ x }}b{% endmacro %}{{ m(c) }}")]
    [InlineData("{% filter upper %}a{{ c }}b{% endfilter %}")]
    [InlineData("{{ c | indent(2, true) }}")]
    [InlineData("{{ [c] | map('trim') | list | first }}")]
    [InlineData("{{ c | default('x') }}{{ nothing | default(c) }}")]
    [InlineData("{{ namespace(a=c).a }}{{ c.splitlines() | last }}")]
    public void Characters_of_a_message_stay_marked_through_everything(string template)
    {
        // What the template writes is lower-case words and signs; only the message has these letters.
        var marked = new HashSet<char>("ĤÉŁ");
        var content = "  ĤéŁł ĤÉ\nŁ ";
        marked.UnionWith("ĥéł");
        var parts = ChatTemplate.Parse("{% set c = messages[0].content %}" + template, "test").Render([new("user", content)], false);
        Assert.Contains(parts, p => !p.FromTemplate && p.Text.Any(marked.Contains));
        Assert.DoesNotContain(parts, p => p.FromTemplate && p.Text.Any(marked.Contains));
        // The role is the message's too, and a line's end may be written as \n.
        Assert.DoesNotContain(parts, p => !p.FromTemplate && p.Text.Any(c => char.IsAsciiLetterOrDigit(c) && !"usern".Contains(c)));
    }

    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% for a in range(1000000000) %}{% endfor %}", "range")]
    [InlineData("{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}", "deeply")]
    [InlineData("{% set ns = namespace(t='xxxxxxxx') %}{% for a in range(100) %}{% set ns.t = ns.t + ns.t %}{% endfor %}", "text")]
    [InlineData("{% for a in range(100000) %}{{ 'x' * 1000 }}{% endfor %}", "text")]
    [InlineData("{{ 'x' * 9000000000000000000 }}", "text")]
    [InlineData("{{ 9 ** 9 ** 9 }}", "64 bits")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "64 bits")]
    [InlineData("{{ 92233720368547758070 }}", "no number")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for a in range(100) %}{% set ns.l = ns.l + ns.l %}{% endfor %}", "text")]
    public void A_template_cannot_run_away(string template, string limit)
    {
        var before = Environment.CpuUsage.TotalTime;
        Assert.Contains(limit, Assert.Throws<InputException>(() => Render(template)).Fault, StringComparison.Ordinal);
        var spent = Environment.CpuUsage.TotalTime - before;
        Assert.True(spent < TimeSpan.FromSeconds(20), $"refused after {spent}");
    }

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("[", "1", "]")]
    [InlineData("not ", "1", "")]
    [InlineData("-", "1", "")]
    [InlineData("1 + ", "1", "")]
    [InlineData("", "c", ".a")]
    [InlineData("", "'a'", " | trim")]
    [InlineData("", "1", " is odd")]
    [InlineData("", "1", " if 1 else 1")]
    public void Nesting_without_end_does_not_end_the_process(string before, string core, string after)
    {
        var depth = 900_000 / Math.Max(before.Length, after.Length);
        var template = "{{ " + string.Concat(Enumerable.Repeat(before, depth)) + core + string.Concat(Enumerable.Repeat(after, before.Length > 0 && after.Length > 0 ? 0 : depth)) + " }}";
        // What the stack holds may be answered; the rest is refused.
        if (Record.Exception(() => Render(template)) is { } refused) Assert.IsType<InputException>(refused);
    }

    [Fact]
    public void Blocks_nested_without_end_are_refused()
    {
        Assert.Throws<InputException>(() => Render(string.Concat(Enumerable.Repeat("{% if 1 %}", 90_000))));
        Assert.Throws<InputException>(() => Render(string.Concat(Enumerable.Repeat("{% for a in b %}", 60_000))));
        Assert.Throws<InputException>(() => Render("{% if 0 %}" + string.Concat(Enumerable.Repeat("{% elif 0 %}", 80_000))));
    }

    [Fact]
    public void A_fault_names_the_file_and_the_line()
    {
        var refused = Assert.Throws<InputException>(() => Render("a\n{# b\n #}\n{{ nothing.x }}"));
        Assert.Equal(("test", "chat template, line 4"), (refused.Origin, refused.Field));
        Assert.Contains("'nothing' is undefined", refused.Fault, StringComparison.Ordinal);
        Assert.Equal("chat template, line 3", Assert.Throws<InputException>(() => Render("a\n\n{% nonsense %}")).Field);
    }

    [Fact]
    public void The_clock_is_read_through_strftime_now()
    {
        var template = ChatTemplate.Parse("{{ strftime_now('%d %B %Y, %b %-d %H:%M:%S %% %A') }}", "test");
        var rendered = template.At(new Fixed()).Render(s_messages, false);
        Assert.Equal("05 March 2026, Mar 5 07:08:09 % Thursday", rendered[0].Text);
    }

    [Fact]
    public void Broken_templates_are_refused_and_never_crash()
    {
        var random = new Random(17);
        var sources = Directory.GetFiles(Repository.Fixture("tokenizers"), "*.jinja").Select(File.ReadAllText).ToList();
        for (var round = 0; round < 3000; round++)
        {
            var text = sources[random.Next(sources.Count)].ToCharArray().ToList();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(text.Count);
                if (random.Next(2) == 0) text.RemoveRange(at, Math.Min(random.Next(1, 30), text.Count - at));
                else text.InsertRange(at, "{%-}| '\"[](.:=+~".Substring(random.Next(16), 1));
                if (text.Count == 0) text.Add('x');
            }
            try
            {
                Render(new string([.. text]));
            }
            catch (InputException refused)
            {
                Assert.NotEmpty(refused.Fault);
            }
        }
    }

    private static string Render(string template, IReadOnlyDictionary<string, object?>? variables = null) =>
        string.Concat(ChatTemplate.Parse(template, "test").Render(s_messages, false, variables).Select(p => p.Text));

    private sealed class Fixed : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 3, 5, 7, 8, 9, TimeSpan.Zero);
    }
}
