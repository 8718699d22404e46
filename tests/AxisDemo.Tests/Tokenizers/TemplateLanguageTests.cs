using AxisDemo.Formats;
using AxisDemo.Tests.Formats;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

public class TemplateLanguageTests
{
    private static readonly ChatMessage[] s_messages = [new("user", " Hello <x> ")];

    [Theory]
    [InlineData("template-language.json", 1300)]
    [InlineData("template-language-random.json", 500)]
    public void Small_templates_give_what_the_reference_gives(string file, int least)
    {
        var golden = Golden.Parse(Path.Combine(Repository.Root, "tests", "AxisDemo.Tests", "Tokenizers", file));
        var variables = (Dictionary<string, object?>)ChatTemplateTests.Value(golden.GetProperty("variables"))!;
        var faults = new List<string>();
        foreach (var entry in golden.GetProperty("cases").EnumerateArray())
        {
            var template = entry.Text("template");
            var expected = entry.TryGetProperty("rendered", out var rendered) ? rendered.GetString() : null;
            try
            {
                var actual = Render(template, variables);
                if (actual != expected) faults.Add($"{template}\nexpected {expected ?? "a refusal"}\nactual   {actual}");
            }
            catch (InputException refused)
            {
                if (expected is not null) faults.Add($"{template}\nexpected {expected}\nrefused  {refused.Message}");
                else if (entry.TryGetProperty("refused", out var word)) Assert.Contains(word.GetString()!, refused.Message, StringComparison.Ordinal);
            }
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(golden.GetProperty("cases").GetArrayLength() >= least);
    }

    [Fact]
    public void Reported_templates_give_what_the_reference_gives()
    {
        var reports = Golden.Parse(Repository.Fixture("reports", "jinja-arguments.json"));
        var variables = (Dictionary<string, object?>)ChatTemplateTests.Value(reports.GetProperty("variables"))!;
        ChatMessage[] messages = [.. reports.GetProperty("messages").EnumerateArray().Select(m => new ChatMessage(m.Text("role"), m.Text("content")))];
        var cases = reports.GetProperty("cases").EnumerateArray().ToList();
        Assert.Equal(21, cases.Count);
        Assert.All(cases, entry => Assert.Equal(entry.Text("rendered"),
            string.Concat(ChatTemplate.Parse(entry.Text("template"), "test").Render(messages, addGenerationPrompt: true, variables).Select(p => p.Text))));
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
    [InlineData("{{ c | center(40) }}{{ c.center(40, c[2]) }}{{ 'x'.ljust(9, c[3]) }}{{ 'x'.rjust(9, c[3]) }}{{ c.zfill(40) }}")]
    [InlineData("{{ '<%s|%-30s|%.4s>' % (c, c, c) }}{{ '%s' % c }}{{ '%r' % c }}{{ '%(k)s' % {'k': c} }}{{ '%c' % c[2] }}")]
    [InlineData("{{ (c ~ '%s') | format('x') }}{{ '%s' | format(c) }}{{ '%(k)s' | format(k=c) }}")]
    [InlineData("{{ '{} {:>30} {0!r}'.replace('0', '').format(c, c, c) }}{{ '{k[0]}'.format(k=[c]) }}{{ (c ~ '{}').format('x') }}")]
    [InlineData("{{ ('{:' ~ c[2] ~ '^9}').format('x') }}{{ ('{:' ~ c[2] ~ '>9d}').format(1 if 0 else 0 - 0) | replace('0', '') }}")]
    [InlineData("{{ c.partition('é') }}{{ c.rpartition('x') }}{{ 'x-y'.partition('-') }}{{ c.partition(c[3])[1] }}")]
    [InlineData("{% for b in c | batch(3, c) %}{{ b }}{% endfor %}{% for b in c | slice(2, c) %}{{ b | join }}{% endfor %}")]
    [InlineData("{% for g in [{'k': c}] | groupby('k') %}{{ g.grouper }}{{ g.list }}{{ g }}{% endfor %}")]
    [InlineData("{{ c | truncate(5, true, '...', 0) }}{{ 'x y z' | truncate(4, true, c[2], 0) }}")]
    [InlineData("{{ c | e }}{{ c | safe }}{{ ('x' | safe) + c }}{{ ['x' | safe, c | safe] }}{{ c | forceescape }}")]
    [InlineData("{{ c.title() }}{{ c.capitalize() }}{{ c.swapcase() }}{{ c | capitalize }}{{ c | upper | lower }}")]
    [InlineData("{{ c | replace('', c) }}{{ 'xy' | replace('', c[2]) }}{{ c.rsplit(none, 1) }}{{ c.split(none, 1) }}{{ c.removeprefix(' ') }}")]
    [InlineData("{{ c | sort | join }}{{ c | unique | join }}{{ c | max }}{{ c | reverse }}{{ c | list }}{{ [c] | sum(start='') if 0 else [[c]] | sum(start=[]) }}")]
    [InlineData("{{ c | indent(c, true) }}{{ [1] | tojson(indent=c) | replace('1', '') }}{{ ['x', 'y'] | tojson(separators=[c, c]) }}")]
    [InlineData("{{ namespace(messages[0]) }}{{ dict(messages[0]) }}{{ messages[0].items() }}{{ messages[0] | dictsort }}{{ {c: 'x'}.keys() }}")]
    [InlineData("{% set j = joiner(c) %}{{ j() }}{{ j() }}{{ strftime_now(c) }}{% for x in ['x'] %}{{ loop.cycle(c) }}{% endfor %}")]
    [InlineData("{% macro m(x='y') %}<{{ x }}{{ caller(c) }}{{ varargs }}{{ kwargs }}>{% endmacro %}{% call(z) m(c, c, k=c) %}{{ z }}{% endcall %}")]
    [InlineData("{% with y = c %}{{ y }}{% endwith %}{% set ns = namespace() %}{% set ns.x %}a{{ c }}{% endset %}{{ ns.x }}{{ ns }}")]
    [InlineData("{% for x in [c, [c]] recursive %}{% if x is string %}{{ x }}{% else %}{{ loop(x) }}{% endif %}{% endfor %}")]
    [InlineData("{% filter center(40) %}a{{ c }}{% endfilter %}{% set y | replace('a', c) %}a{% endset %}{{ y }}{% generation %}{{ c }}{% endgeneration %}")]
    [InlineData("{{ [c] | map('replace', 'é', 'x') | join }}{{ [c] | map('center', 40) | list }}{{ [messages[0]] | map(attribute='content') | join }}")]
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
    [InlineData("{{ c | upper }}")]
    [InlineData("{{ c.title() }}{{ c | title }}{{ c | capitalize }}")]
    [InlineData("{{ c | e }}{{ [c] }}{{ c | tojson }}")]
    public void What_a_messages_letter_becomes_is_the_messages(string template)
    {
        // Upper case and escapes make several signs of one.
        var parts = ChatTemplate.Parse("{% set c = messages[0].content %}" + template, "test").Render([new("user", "ß\u200bﬁ<\"'\u0001")], false);
        Assert.DoesNotContain(parts, p => p.FromTemplate && p.Text.Any(c => !"[]'\"".Contains(c)));
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
    [InlineData("{{ 'x' | center(1000000000) }}", "text")]
    [InlineData("{{ 'x'.ljust(1000000000) }}", "text")]
    [InlineData("{{ 'x'.zfill(9000000000000000000) }}", "text")]
    [InlineData("{{ '%1000000000d' % 1 }}", "text")]
    [InlineData("{{ '%01000000000d' % 1 }}", "text")]
    [InlineData("{{ '%*d' % (1000000000, 1) }}", "text")]
    [InlineData("{{ '%.1000000000f' % 1 }}", "1,000 digits")]
    [InlineData("{{ '%.1000000000d' % 1 }}", "1,000 digits")]
    [InlineData("{{ '%99999999999999999999d' % 1 }}", "width")]
    [InlineData("{{ '{:1000000000}'.format(1) }}", "text")]
    [InlineData("{{ '{:x>9000000000000000000}'.format('') }}", "text")]
    [InlineData("{{ 'x' | indent(1000000000, true) }}", "text")]
    [InlineData("{{ [1] | tojson(indent=1000000000) }}", "text")]
    [InlineData("{{ [1] * 1000000000 }}", "text")]
    [InlineData("{{ (1, 2) * 9000000000000000000 }}", "text")]
    [InlineData("{{ [1] | batch(1000000000, 0) | list }}", "text")]
    [InlineData("{{ [1] | slice(9000000000000000000) | list }}", "steps")]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) | map('string') %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% set ns = namespace(a=[], b=[]) %}{% for i in range(100000) %}{% set ns.a = [ns.a] %}{% set ns.b = [ns.b] %}{% endfor %}{{ ns.a == ns.b }}", "deeply")]
    [InlineData("{% set ns = namespace(a=[], b=[]) %}{% for i in range(99) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}", "steps")]
    [InlineData("{% set ns = namespace(g=[1]) %}{% for i in range(100000) %}{% set ns.g = ns.g | map('abs') %}{% endfor %}{{ ns.g | list }}", "deeply")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "deeply")]
    [InlineData("{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}", "deeply")]
    [InlineData("{% set x = 'x' * 16000000 %}{% for i in range(100000) %}{{ x | upper | length }}{% endfor %}", "text")]
    [InlineData("{% set x = 'x' * 16000000 %}{% for i in range(100000) %}{{ x == x ~ '' }}{% endfor %}", "text")]
    [InlineData("{% set x = 'x' * 16000000 %}{{ 'x' * 8000000 ~ 'y' ~ 'x' * 8000000 in x }}", "searches")]
    [InlineData("{% set x = 'x' * 1000000 %}{{ x.rsplit('x' * 400000 ~ 'y') }}", "searches")]
    [InlineData("{{ ('x' * 16000000) | list | length }}", "text")]
    [InlineData("{{ range(100000) | unique | list | length }}", "steps")]
    [InlineData("{% for i in range(100000) %}{{ '%.1000f' % 1e300 }}{% endfor %}", "text")]
    [InlineData("{{ 9223372036854775807 | round(-1) }}", "64 bits")]
    [InlineData("{{ '%*d' % (-9223372036854775807 - 1, 1) }}", "width")]
    public void A_template_cannot_run_away(string template, string limit) => Bounds.Processor(TimeSpan.FromSeconds(20), "refusing it", () =>
        Assert.Contains(limit, Assert.Throws<InputException>(() => Render(template)).Fault, StringComparison.Ordinal));

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
