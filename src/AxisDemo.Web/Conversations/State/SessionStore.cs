using System.Security.Cryptography;
using AxisDemo.Web.Hosting;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Conversations;

/// <summary>
/// Keeps conversations on the server, each under an unguessable id that the visitor's browser holds in a cookie, so that a reload
/// finds its conversation again. In memory only: a restart of the host forgets them.
/// </summary>
public sealed class SessionStore(IModelSource source, IOptions<LimitOptions> options, TimeProvider clock) : IDisposable
{
    /// <summary>The cookie's name.</summary>
    public const string Cookie = "axisdemo-conversation";

    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = [];
    private readonly LimitOptions limits = options.Value;

    /// <summary>A new id: 256 bits of chance.</summary>
    public static string NewId() => Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Whether a cookie's value has the form of an id.</summary>
    public static bool IsId(string? value) => value is { Length: 64 } && value.All(char.IsAsciiHexDigit);

    /// <summary>The id of a visitor's own copy of a shared conversation: the same at each visit, and not to be guessed from the link.</summary>
    public static string IdFor(string visitor, string shared) => Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{visitor}/{shared}")));

    /// <summary>The conversation of an id if it is kept; nothing is made.</summary>
    public ChatSession? Find(string id)
    {
        lock (gate) return entries.TryGetValue(id, out var entry) ? entry.Session : null;
    }

    /// <summary>
    /// The conversation of an id, made where there is none, with one more page looking at it; an expired one starts anew.
    /// Where the options allow no more, the one that nobody has looked at for longest makes room; null when all are being looked at.
    /// </summary>
    public ChatSession? Attach(string id)
    {
        lock (gate)
        {
            Forget();
            if (!entries.TryGetValue(id, out var entry))
            {
                if (entries.Count >= limits.Sessions && !Evict()) return null;
                entries[id] = entry = new Entry(new ChatSession(source, limits));
            }

            entry.Watchers++;
            entry.Unwatched?.Dispose();
            entry.Unwatched = null;
            entry.Touched = clock.GetUtcNow();
            return entry.Session;
        }
    }

    /// <summary>A page has gone. When it was the last one, an answer under way is ended after the time that the options give.</summary>
    public void Detach(string id)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(id, out var entry) || --entry.Watchers > 0) return;
            entry.Watchers = 0;
            entry.Touched = clock.GetUtcNow();
            entry.Unwatched = clock.CreateTimer(_ => StopUnwatched(entry), null, TimeSpan.FromSeconds(limits.UnwatchedSeconds), Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var entry in entries.Values) entry.Dispose();
            entries.Clear();
        }
    }

    // A timer that was due when a page came back may ring after it.
    private void StopUnwatched(Entry entry)
    {
        lock (gate)
        {
            if (entry.Watchers == 0) entry.Session.Stop();
        }
    }

    private bool Evict()
    {
        var unwatched = entries.Where(e => e.Value.Watchers == 0).ToList();
        if (unwatched.Count == 0) return false;
        var (id, entry) = unwatched.MinBy(e => e.Value.Touched);
        entry.Dispose();
        entries.Remove(id);
        return true;
    }

    private void Forget()
    {
        var oldest = clock.GetUtcNow() - TimeSpan.FromMinutes(limits.SessionMinutes);
        foreach (var (id, entry) in entries.Where(e => e.Value.Watchers == 0 && (e.Value.Touched < oldest || e.Value.Session is { Turns.Count: 0, CanUndo: false })).ToList())
        {
            entry.Dispose();
            entries.Remove(id);
        }
    }

    private sealed class Entry(ChatSession session) : IDisposable
    {
        public ChatSession Session { get; } = session;
        public int Watchers { get; set; }
        public DateTimeOffset Touched { get; set; }
        public ITimer? Unwatched { get; set; }

        public void Dispose()
        {
            Unwatched?.Dispose();
            Session.Dispose();
        }
    }
}
