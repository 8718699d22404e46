using AxisDemo.Formats;
using AxisDemo.Tests.Formats;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace AxisDemo.Tests.Web.Conversations;

public sealed class SqliteStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Clock clock = new();

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Dispose();
    }

    private SqliteStore Store(SharingOptions? options = null) =>
        new(Microsoft.Extensions.Options.Options.Create(options ?? new SharingOptions()), new Place(folder.Path), clock, NullLogger<SqliteStore>.Instance);

    [Fact]
    public void A_shared_conversation_is_found_by_its_id_alone_also_by_another_process_later()
    {
        var share = Store().Add("{\"a\":1}"u8.ToArray());
        Assert.NotEqual(share.Id, share.Key);
        Assert.Equal("{\"a\":1}", System.Text.Encoding.UTF8.GetString(Store().Find(share.Id)!.Json));
        Assert.Null(Store().Find(share.Key));
        Assert.Null(Store().Find("../../etc/passwd"));
        Assert.Null(Store().Find(""));
    }

    [Fact]
    public void Only_the_key_deletes_and_nothing_of_the_conversation_stays()
    {
        var store = Store();
        var (one, other) = (store.Add("{}"u8.ToArray()), store.Add("{}"u8.ToArray()));
        Assert.False(store.Delete(one.Id, other.Key));
        Assert.False(store.Delete(one.Id, one.Id));
        Assert.NotNull(store.Find(one.Id));
        Assert.True(store.Delete(one.Id, one.Key));
        Assert.Null(store.Find(one.Id));
        Assert.False(store.Delete(one.Id, one.Key));
        Assert.NotNull(store.Find(other.Id));
    }

    [Fact]
    public void A_link_expires_and_its_place_is_free_again()
    {
        var store = Store(new SharingOptions { ExpiryDays = 2, MaxConversations = 1 });
        var share = store.Add("{}"u8.ToArray());
        Assert.Equal(clock.Now.AddDays(2), share.Expires);
        Assert.Contains("1", Assert.Throws<InputException>(() => store.Add("{}"u8.ToArray())).Message, StringComparison.Ordinal);
        clock.Now = clock.Now.AddDays(2).AddSeconds(1);
        Assert.Null(store.Find(share.Id));
        Assert.NotNull(store.Find(store.Add("{}"u8.ToArray()).Id));
    }

    [Fact]
    public void Without_an_expiry_a_link_stays()
    {
        var store = Store(new SharingOptions { ExpiryDays = 0 });
        var share = store.Add("{}"u8.ToArray());
        clock.Now = clock.Now.AddYears(30);
        Assert.Null(store.Find(share.Id)!.Expires);
    }

    [Fact]
    public void Too_large_is_said_with_both_numbers()
    {
        var fault = Assert.Throws<InputException>(() => Store(new SharingOptions { MaxBytes = 1024 }).Add(new byte[1025]));
        Assert.Contains("1,025", fault.Message, StringComparison.Ordinal);
        Assert.Contains("1,024", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reports_hide_where_the_host_wants_it_and_go_with_the_conversation()
    {
        var store = Store(new SharingOptions { HideAfterReports = 2 });
        var share = store.Add("{}"u8.ToArray());
        Assert.True(store.Report(share.Id, "one", new string('x', 5000)));
        Assert.True(store.Report(share.Id, "one", "again"));
        Assert.NotNull(store.Find(share.Id));
        Assert.True(store.Report(share.Id, "other", ""));
        Assert.Null(store.Find(share.Id));
        Assert.True(store.Delete(share.Id, share.Key));
        Assert.False(Store().Report(SqliteStoreId, "one", ""));
    }

    private const string SqliteStoreId = "AAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void A_store_that_cannot_be_used_says_so_without_its_path()
    {
        File.WriteAllText(Path.Combine(folder.Path, "data"), "a file where the folder should be");
        var fault = Assert.Throws<InputException>(() => Store().Add("{}"u8.ToArray()));
        Assert.DoesNotContain(folder.Path, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_database_is_an_error_and_no_crash()
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "data"));
        File.WriteAllBytes(Path.Combine(folder.Path, "data", "conversations.db"), [.. Enumerable.Repeat((byte)0x5A, 8192)]);
        Assert.Throws<InputException>(() => Store().Find(SqliteStoreId));
    }

    [Fact]
    public async Task Many_share_at_the_same_time()
    {
        var store = Store();
        var shares = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => store.Add(new[] { (byte)i }))));
        Assert.Equal(40, shares.Select(s => s.Id).Distinct().Count());
        for (var i = 0; i < shares.Length; i++) Assert.Equal([(byte)i], store.Find(shares[i].Id)!.Json);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);
        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Place(string root) : IHostEnvironment
    {
        public string ApplicationName { get; set; } = "";
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
        public string ContentRootPath { get; set; } = root;
        public string EnvironmentName { get; set; } = "";
    }
}
