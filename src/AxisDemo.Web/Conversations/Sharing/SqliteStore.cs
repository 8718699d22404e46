using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using AxisDemo.Formats;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Pages;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Conversations;

/// <summary>
/// Shared conversations in one SQLite file, which is made with the first of them. Deletion keys are kept as hashes, conversations
/// compressed. What has expired is removed before anything is added, and is never given out.
/// </summary>
public sealed class SqliteStore : IConversationStore
{
    private const int CharactersOfId = 22;

    /// <summary>The form of an id or a key.</summary>
    public static string IdPattern { get; } = $"^[A-Za-z0-9_-]{{{CharactersOfId}}}$";

    private readonly SharingOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<SqliteStore> log;
    private readonly string path;
    private readonly Lock gate = new();
    private bool prepared;

    /// <summary>Nothing is opened yet.</summary>
    public SqliteStore(IOptions<SharingOptions> options, IHostEnvironment environment, TimeProvider clock, ILogger<SqliteStore> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(environment);
        (this.options, this.clock, this.log) = (options.Value, clock, log);
        path = Path.GetFullPath(this.options.Database, environment.ContentRootPath);
    }

    /// <inheritdoc/>
    public Share Add(ReadOnlyMemory<byte> json)
    {
        if (json.Length > options.MaxBytes)
            throw Fault("", $"it has {json.Length:N0} bytes; {options.MaxBytes:N0} can be shared.", "Save it as a file instead, or share fewer turns.");
        return Use(connection =>
        {
            var now = clock.GetUtcNow();
            Run(connection, "DELETE FROM conversations WHERE expires <= $now", ("$now", now.ToUnixTimeSeconds()));
            if (Number(connection, "SELECT count(*) FROM conversations") >= options.MaxConversations)
                throw Fault("", $"this host keeps {options.MaxConversations:N0} shared conversations, and all places are taken.", "Save it as a file instead.");
            var compressed = Compress(json.Span);
            if (Number(connection, "SELECT coalesce(sum(length(json)), 0) FROM conversations") + compressed.Length > (long)options.MaxMegabytes << 20)
                throw Fault("", $"this host keeps {options.MaxMegabytes:N0} MiB of shared conversations, and they are full.", "Save it as a file instead.");
            var share = new Share(Chance(), Chance(), options.ExpiryDays > 0 ? now.AddDays(options.ExpiryDays) : null);
            Run(connection, "INSERT INTO conversations (id, key, created, expires, json) VALUES ($id, $key, $created, $expires, $json)",
                ("$id", share.Id), ("$key", Hash(share.Key)), ("$created", now.ToUnixTimeSeconds()),
                ("$expires", share.Expires?.ToUnixTimeSeconds()), ("$json", compressed));
            return share;
        });
    }

    /// <inheritdoc/>
    public SharedConversation? Find(string id)
    {
        if (!IsId(id) || !File.Exists(path)) return null;
        return Use(connection =>
        {
            using var command = Command(connection, """
                SELECT created, expires, json FROM conversations
                WHERE id = $id AND (expires IS NULL OR expires > $now)
                AND ($hide = 0 OR (SELECT count(*) FROM reports WHERE reports.id = conversations.id) < $hide)
                """, ("$id", id), ("$now", clock.GetUtcNow().ToUnixTimeSeconds()), ("$hide", options.HideAfterReports));
            using var row = command.ExecuteReader();
            if (!row.Read()) return null;
            return new SharedConversation(Expand(row.GetFieldValue<byte[]>(2)), DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(0)),
                row.IsDBNull(1) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(1)));
        });
    }

    /// <inheritdoc/>
    public bool Delete(string id, string key)
    {
        if (!IsId(id) || !IsId(key) || !File.Exists(path)) return false;
        return Use(connection => Run(connection, "DELETE FROM conversations WHERE id = $id AND key = $key", ("$id", id), ("$key", Hash(key))) > 0);
    }

    /// <inheritdoc/>
    public bool Report(string id, string reader, string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (Find(id) is null) return false;
        Use(connection => Run(connection, "INSERT OR IGNORE INTO reports (id, who, at, reason) VALUES ($id, $who, $at, $reason)",
            ("$id", id), ("$who", Hash($"{id}/{reader}")), ("$at", clock.GetUtcNow().ToUnixTimeSeconds()), ("$reason", string.Concat(reason.EnumerateRunes().Take(IConversationStore.LongestReason)))));
        log.LogWarning("A shared conversation was reported: {Id}", id);
        return true;
    }

    /// <summary>Whether a text has the form of an id or a key.</summary>
    public static bool IsId(string? text) => text is { Length: CharactersOfId } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static string Chance() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    // The key is 128 bits of chance, so a plain hash is enough: there is nothing to guess.
    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private T Use<T>(Func<SqliteConnection, T> work)
    {
        try
        {
            using var connection = Open();
            return work(connection);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            log.LogError("The store of shared conversations {Path} failed: {Message}", path, e.Message);
            throw Fault("", "the host's store cannot be used.", "Save the conversation as a file instead; the host's log says why.", e);
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = true, DefaultTimeout = 5 }.ToString());
        lock (gate)
        {
            if (prepared && File.Exists(path))
            {
                connection.Open();
                Run(connection, "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON");
                return connection;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            connection.Open();
            Run(connection, """
                PRAGMA journal_mode = WAL;
                PRAGMA foreign_keys = ON;
                PRAGMA secure_delete = ON;
                CREATE TABLE IF NOT EXISTS conversations (id TEXT PRIMARY KEY, key BLOB NOT NULL, created INTEGER NOT NULL, expires INTEGER, json BLOB NOT NULL) WITHOUT ROWID;
                CREATE INDEX IF NOT EXISTS conversations_expires ON conversations (expires);
                CREATE TABLE IF NOT EXISTS reports (id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE, who BLOB NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (id, who)) WITHOUT ROWID;
                """);
            prepared = true;
            return connection;
        }
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    private static int Run(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(connection, sql, values);
        return command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return (long)command.ExecuteScalar()!;
    }

    private static byte[] Compress(ReadOnlySpan<byte> json)
    {
        var stream = new MemoryStream();
        using (var brotli = new BrotliStream(stream, CompressionLevel.Fastest)) brotli.Write(json);
        return stream.ToArray();
    }

    private byte[] Expand(byte[] compressed)
    {
        // The store's file may have been tampered with: it expands to no more than was let in.
        using var brotli = new BrotliStream(new MemoryStream(compressed), CompressionMode.Decompress);
        var json = new MemoryStream();
        var buffer = new byte[81920];
        for (int read; (read = brotli.Read(buffer)) > 0;)
        {
            json.Write(buffer, 0, read);
            if (json.Length > Math.Max(options.MaxBytes, SharingOptions.MostBytes)) throw new InvalidDataException("A stored conversation is larger than any that can be shared.");
        }

        return json.ToArray();
    }

    private static InputException Fault(string field, string fault, string remedy, Exception? inner = null) => new("sharing", field, fault, remedy, inner);
}
