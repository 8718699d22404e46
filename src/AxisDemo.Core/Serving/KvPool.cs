using AxisDemo.Kernels;

namespace AxisDemo.Serving;

/// <summary>
/// Who uses which page of a <see cref="IKvStore"/>: reference counts, and the prefix cache: the pages of finished sequences stay
/// until the room is needed, keyed by what determines their content (the intervention set and the tokens).
/// Running sequences reserve what they may come to need, so a page can always be had in the middle of an answer.
/// </summary>
/// <param name="store">The storage.</param>
/// <param name="budgetBytes">The most all pages may take.</param>
internal sealed class KvPool(IKvStore store, long budgetBytes)
{
    private readonly Stack<int> free = [];
    private readonly List<int> references = [];
    private readonly List<PrefixEntry> entries = [];
    private long clock;
    private int reserved;

    /// <summary>Pages the budget allows.</summary>
    public int Capacity { get; } = (int)Math.Clamp(budgetBytes / store.PageBytes, 1, 1 << 24);

    /// <summary>Bytes of pages in use or cached.</summary>
    public long UsedBytes => (references.Count - free.Count) * store.PageBytes;

    /// <summary>Pages that so many positions take.</summary>
    public int PagesFor(int positions) => (positions + store.PageTokens - 1) / store.PageTokens;

    /// <summary>Sets pages aside for a sequence; false when running sequences leave too few.</summary>
    public bool TryReserve(int pages)
    {
        if (reserved + pages > Capacity) return false;
        reserved += pages;
        return true;
    }

    /// <summary>Gives a reservation back.</summary>
    public void Unreserve(int pages) => reserved -= pages;

    /// <summary>
    /// Fills a page table with the longest prefix that is known: whole pages are shared, the rest of one page is copied.
    /// Returns the number of positions that need not be computed.
    /// </summary>
    /// <param name="key">Identifies the intervention set.</param>
    /// <param name="tokens">The sequence's tokens with their flags, see <see cref="Sequence"/>.</param>
    /// <param name="pages">The table to fill.</param>
    public int Reuse(string key, ReadOnlySpan<int> tokens, List<int> pages)
    {
        PrefixEntry? best = null;
        var length = 0;
        foreach (var entry in entries)
        {
            if (entry.Key != key) continue;
            var common = entry.Tokens.AsSpan().CommonPrefixLength(tokens);
            if (common > length) (best, length) = (entry, common);
        }

        if (best is null) return 0;
        best.Used = ++clock;
        var whole = length / store.PageTokens;
        for (var p = 0; p < whole; p++)
        {
            references[best.Pages[p]]++;
            pages.Add(best.Pages[p]);
        }

        if (length % store.PageTokens is var rest and > 0)
        {
            // Renting may evict entries; this one must outlive the copy.
            references[best.Pages[whole]]++;
            var page = Rent();
            store.Copy(best.Pages[whole], page, rest);
            Release(best.Pages[whole]);
            pages.Add(page);
        }

        return length;
    }

    /// <summary>Adds pages to a table until it covers so many positions.</summary>
    public void Cover(List<int> pages, int positions)
    {
        while (pages.Count < PagesFor(positions)) pages.Add(Rent());
    }

    /// <summary>A sequence is over: its computed positions, as far as they are finite, become a prefix entry, its other pages are free.</summary>
    /// <param name="key">Identifies the intervention set.</param>
    /// <param name="tokens">The sequence's tokens with their flags.</param>
    /// <param name="computed">Positions to keep.</param>
    /// <param name="sound">Positions known to be finite; the pages behind them are looked at.</param>
    /// <param name="pages">The sequence's page table.</param>
    public void Keep(string key, ReadOnlySpan<int> tokens, int computed, int sound, List<int> pages)
    {
        computed = Math.Min(computed, Finite(pages, sound));
        var used = PagesFor(computed);
        for (var p = used; p < pages.Count; p++) Release(pages[p]);
        if (computed == 0) return;
        var entry = new PrefixEntry(key, tokens[..computed].ToArray(), pages.GetRange(0, used).ToArray()) { Used = ++clock };
        for (var e = entries.Count - 1; e >= 0; e--)
            if (entries[e].Key == key && tokens[..computed].StartsWith(entries[e].Tokens))
                Drop(e);
        entries.Add(entry);
    }

    // A page's next owner must find ordinary numbers in it: places behind a sequence's end take part in some engines' products, as
    // zero times what is there, and that is zero for finite numbers only.
    private int Finite(List<int> pages, int sound)
    {
        var positions = pages.Count * store.PageTokens;
        for (var p = sound / store.PageTokens; p < pages.Count; p++)
        {
            if (store.IsFinite(pages[p])) continue;
            store.Clear(pages[p]);
            positions = Math.Min(positions, p * store.PageTokens);
        }

        return positions;
    }

    private int Rent()
    {
        while (free.Count == 0 && references.Count >= Capacity && entries.Count > 0)
        {
            var oldest = 0;
            for (var e = 1; e < entries.Count; e++)
                if (entries[e].Used < entries[oldest].Used) oldest = e;
            Drop(oldest);
        }

        if (!free.TryPop(out var page))
        {
            page = references.Count;
            store.EnsurePages(page + 1); // first: where there is no room, the page does not exist
            references.Add(0);
        }

        references[page] = 1;
        return page;
    }

    private void Drop(int entry)
    {
        foreach (var page in entries[entry].Pages) Release(page);
        entries.RemoveAt(entry);
    }

    private void Release(int page)
    {
        if (--references[page] == 0) free.Push(page);
    }

    private sealed record PrefixEntry(string Key, int[] Tokens, int[] Pages)
    {
        public long Used { get; set; }
    }
}
