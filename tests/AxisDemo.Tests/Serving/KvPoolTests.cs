using AxisDemo.Compute;
using AxisDemo.Serving;

namespace AxisDemo.Tests.Serving;

/// <summary>Pages of four positions over a store that only remembers what was copied.</summary>
public sealed class KvPoolTests : IDisposable
{
    private readonly CopyLog store = new();

    [Fact]
    public void Whole_pages_are_shared_and_the_rest_of_one_is_copied()
    {
        var pool = new KvPool(store, 100);
        List<int> first = [], second = [];
        pool.Cover(first, 10);
        pool.Keep(Plain(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 10, 10, first);
        Assert.Equal(7, pool.Reuse(Plain(1, 2, 3, 4, 5, 6, 7, 99, 100), second));
        Assert.Equal(first[0], second[0]);
        Assert.NotEqual(first[1], second[1]);
        Assert.Equal([(first[1], second[1], 3)], store.Copies);
    }

    [Fact]
    public void Another_intervention_set_shares_nothing()
    {
        var pool = new KvPool(store, 100);
        List<int> first = [], second = [];
        pool.Cover(first, 4);
        pool.Keep(Plain(1, 2, 3, 4), 4, 4, first);
        Assert.Equal(0, pool.Reuse(Capped(1, 2, 3, 4), second));
        Assert.Empty(second);
    }

    [Fact]
    public void Old_prefixes_go_when_room_is_needed_and_shared_pages_outlive_them()
    {
        var pool = new KvPool(store, 4);
        List<int> first = [], second = [];
        pool.Cover(first, 8);
        pool.Keep(Plain(1, 2, 3, 4, 5, 6, 7, 8), 8, 8, first);
        Assert.Equal(4, pool.Reuse(Plain(1, 2, 3, 4), second));
        // Two pages are cached (one of them shared), so a third and a fourth are free; the fifth can only come from the prefix.
        pool.Cover(second, 16);
        Assert.Equal(4, second.Distinct().Count());
        Assert.Equal(0, pool.Reuse(Plain(1, 2, 3, 4), []));
        Assert.Equal(4, pool.UsedBytes);
    }

    // Tokens at which nothing acts, and the same with an intervention at each.
    private static long[] Plain(params int[] tokens) => [.. tokens.Select(t => (long)t)];

    private static long[] Capped(params int[] tokens) => [.. tokens.Select(t => 1L << 32 | (uint)t)];

    [Fact]
    public void Reservations_keep_running_sequences_from_running_out()
    {
        var pool = new KvPool(store, 4);
        Assert.True(pool.TryReserve(3));
        Assert.False(pool.TryReserve(2));
        Assert.True(pool.TryReserve(1));
        pool.Unreserve(3);
        Assert.True(pool.TryReserve(3));
    }

    [Fact]
    public void A_longer_conversation_replaces_its_own_beginning_and_unused_pages_are_free_again()
    {
        var pool = new KvPool(store, 100);
        List<int> first = [], second = [];
        pool.Cover(first, 12);
        pool.Keep(Plain(1, 2, 3, 4), 4, 4, first);
        Assert.Equal(1, pool.UsedBytes);
        Assert.Equal(4, pool.Reuse(Plain(1, 2, 3, 4, 5), second));
        pool.Cover(second, 8);
        pool.Keep(Plain(1, 2, 3, 4, 5, 6, 7, 8), 8, 8, second);
        Assert.Equal(2, pool.UsedBytes);
    }

    [Fact]
    public void What_is_not_finite_is_neither_kept_nor_left_for_the_next_owner()
    {
        var pool = new KvPool(store, 100);
        var pages = new List<int>();
        pool.Cover(pages, 12);
        store.Dirty.Add(pages[1]);
        pool.Keep(Plain(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 10, 3, pages);
        Assert.Empty(store.Dirty);
        var next = new List<int>();
        Assert.Equal(4, pool.Reuse(Plain(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), next));
        // A failed sequence: nothing is kept, and its pages are ordinary again.
        store.Dirty.Add(next[0]);
        pool.Keep(Capped(1, 2, 3, 4), 0, 0, next);
        Assert.Empty(store.Dirty);
    }

    [Fact]
    public void Copies_are_made_within_the_budget_or_not_at_all()
    {
        var pool = new KvPool(store, 10, 1 << 20);
        List<int> plain = [], patched = [], other = [];
        long[] tokens = Plain([.. Enumerable.Range(1, 24)]), own = Capped([.. Enumerable.Range(1, 24)]);
        pool.Cover(plain, 24);
        pool.Keep(tokens, 24, 24, plain, new ResidualStream(2, [new float[48], new float[48]]));

        // Six pages are kept and six would be copied: there is room for ten.
        Assert.Equal(0, pool.ReuseBelow(tokens, own, 23, patched, out var stream));
        Assert.Null(stream);
        Assert.Empty(patched);
        // Two pages are shared, four copied.
        Assert.Equal(8, pool.ReuseBelow(tokens, [.. tokens[..8], .. own[8..]], 23, patched, out stream));
        Assert.NotNull(stream);
        Assert.Equal(10, pool.UsedBytes);
        // The rest of a page cannot be copied now: what is shared ends with the page before it.
        Assert.Equal(20, pool.Reuse(tokens.AsSpan(0, 22), other));
        Assert.Equal(5, other.Count);
        Assert.Equal(10, pool.UsedBytes);
    }

    public void Dispose() => store.Dispose();

    private sealed class CopyLog : IKvStore
    {
        public List<(int From, int To, int Tokens)> Copies { get; } = [];

        public int PageTokens => 4;

        public long PageBytes => 1;

        public void EnsurePages(int pages) { }

        public HashSet<int> Dirty { get; } = [];

        public bool IsFinite(int page) => !Dirty.Contains(page);

        public void Clear(int page) => Dirty.Remove(page);

        public void Copy(int fromPage, int toPage, int tokens) => Copies.Add((fromPage, toPage, tokens));

        public void Dispose() { }
    }
}
