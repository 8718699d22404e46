using System.Net;
using System.Text.RegularExpressions;
using AxisDemo.Web.Conversations;

namespace AxisDemo.Tests.Web;

public sealed partial class HostTests(SharedHost shared) : IClassFixture<SharedHost>
{
    [Fact]
    public async Task A_visitor_is_given_an_id_that_scripts_and_other_sites_cannot_use()
    {
        var cookie = Assert.Single(Given(await Get("/")));

        Assert.Matches($"^{SessionStore.Cookie}=[0-9A-F]{{64}};", cookie);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_id_is_kept_and_what_is_no_id_is_replaced()
    {
        Assert.Empty(Given(await Get("/", SessionStore.NewId())));
        Assert.Single(Given(await Get("/", "' OR 1=1 --")));
    }

    [Fact]
    public async Task The_page_loads_nothing_from_anywhere_else_and_everything_it_loads_is_there()
    {
        var html = await (await Get("/")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var loaded = Loaded().Matches(html).Select(m => m.Groups[1].Value).ToList();

        Assert.Equal(9, loaded.Count);
        foreach (var path in loaded)
        {
            Assert.DoesNotContain("//", path, StringComparison.Ordinal);
            var answer = await Get("/" + path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.NotEmpty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    // The framework's own token against forged forms comes as a cookie too.
    private static IEnumerable<string> Given(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Where(c => c.StartsWith(SessionStore.Cookie, StringComparison.Ordinal)) : [];

    private async Task<HttpResponseMessage> Get(string path, string? id = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (id is not null) request.Headers.Add("Cookie", $"{SessionStore.Cookie}={id}");
        return await shared.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    [GeneratedRegex("<(?:script|link)[^>]+(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Loaded();
}
