using System.Net;
using System.Net.Http.Json;
using System.Text;
using AxisDemo.Tests.Web.Conversations;
using AxisDemo.Web.Api;
using AxisDemo.Web.Conversations;

namespace AxisDemo.Tests.Web.Api;

public sealed class ConversationEndpointsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestHost host;
    private readonly HttpClient client;

    public ConversationEndpointsTests()
    {
        host = new TestHost(null, ("Sharing:Database", folder.File("shared.db")), ("Sharing:MaxBytes", "20000"), ("Sharing:Reports", "true"));
        host.StartServer();
        client = new HttpClient { BaseAddress = host.Address };
    }

    public void Dispose()
    {
        client.Dispose();
        host.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Dispose();
    }

    [Fact]
    public async Task A_conversation_is_shared_read_reported_and_deleted_by_its_maker_alone()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var sent = ConversationJson.Write(ConversationJsonTests.Sample);
        var answer = await Post(sent);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var share = (await answer.Content.ReadFromJsonAsync<Share>(cancellation))!;

        Assert.Equal(sent, await client.GetByteArrayAsync(answer.Headers.Location, cancellation));
        Assert.Equal(HttpStatusCode.OK, await Page(share.Id));
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsJsonAsync($"/api/conversations/{share.Id}/report", new ReportRequest("rude"), cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, await Delete(share.Id, null));
        Assert.Equal(HttpStatusCode.NotFound, await Delete(share.Id, share.Id));
        Assert.Equal(HttpStatusCode.NoContent, await Delete(share.Id, share.Key));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(answer.Headers.Location, cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await Page(share.Id));
        Assert.Contains("There is no such conversation", await (await client.GetAsync($"/c/{share.Id}", cancellation)).Content.ReadAsStringAsync(cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_conversation_gets_the_field_and_what_is_too_large_the_limit()
    {
        var wrong = await Post(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(ConversationJson.Write(ConversationJsonTests.Sample)).Replace("\"repeats\":1", "\"repeats\":\"one\"", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("turns[0].settings.repeats", await wrong.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var large = await Post(Encoding.UTF8.GetBytes("{\"x\":\"" + new string('x', 30_000) + "\"}"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Contains("20,000", await large.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> Page(string id) => (await client.GetAsync($"/c/{id}", TestContext.Current.CancellationToken)).StatusCode;

    private Task<HttpResponseMessage> Post(byte[] json)
    {
        var content = new ByteArrayContent(json);
        content.Headers.ContentType = new("application/json");
        return client.PostAsync("/api/conversations/", content, TestContext.Current.CancellationToken);
    }

    private async Task<HttpStatusCode> Delete(string id, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/conversations/{id}");
        if (key is not null) request.Headers.Add(ConversationEndpoints.KeyHeader, key);
        return (await client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode;
    }
}
