using AxisDemo.Compute;

namespace AxisDemo.Serving;

/// <summary>
/// Who uses which page of a <see cref="IKvStore"/>: reference counts, and the prefix cache: the pages of finished sequences stay
/// until the room is needed, keyed by what determines their content (the tokens, and the interventions that acted at each of them).
/// Running sequences reserve what they may come to need, so a page can always be had in the middle of an answer.
/// </summary>
/// <param name="store">The storage.</param>
/// <param name="budgetBytes">The most all pages may take.</param>
/// <param name="streamBytes">The most that kept residual streams may take.</param>
internal sealed class KvPool(IKvStore store, long budgetBytes, long streamBytes = 0)
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
    /// <param name="tokens">The sequence's tokens with what acts at them, see <see cref="Sequence"/>; as many as may be reused.</param>
    /// <param name="pages">The table to fill.</param>
    public int Reuse(ReadOnlySpan<long> tokens, List<int> pages)
    {
        PrefixEntry? best = null;
        var length = 0;
        foreach (var entry in entries)
        {
            var common = entry.Tokens.AsSpan().CommonPrefixLength(tokens);
            if (common > length) (best, length) = (entry, common);
        }

        if (best is null) return 0;
        if (!CanCopy(best, length / store.PageTokens, length)) length -= length % store.PageTokens;
        Take(best, length, length, pages);
        return length;
    }

    /// <summary>
    /// Fills a page table for a sequence that is as the plain run up to some block: the plain run's keys and values of all its
    /// positions, those below the block for good, the others to be written over. Only where the plain run's residual stream is known.
    /// </summary>
    /// <param name="plain">The plain run's tokens with what acts at them: nothing.</param>
    /// <param name="own">The sequence's.</param>
    /// <param name="most">The positions that may be shared: what comes after them is computed.</param>
    /// <param name="pages">The table to fill.</param>
    /// <param name="stream">The plain run's stream; null where it is not known or there is no room for copies, and nothing is filled then.</param>
    /// <returns>The positions that need not be computed at any block.</returns>
    public int ReuseBelow(ReadOnlySpan<long> plain, ReadOnlySpan<long> own, int most, List<int> pages, out ResidualStream? stream)
    {
        stream = null;
        foreach (var entry in entries)
            if (entry.Stream is not null && entry.Stream.Positions >= plain.Length && entry.Tokens.AsSpan().StartsWith(plain))
            {
                var shared = Math.Min(most, plain.CommonPrefixLength(own));
                if (!CanCopy(entry, shared / store.PageTokens, plain.Length)) return 0;
                stream = entry.Stream;
                Take(entry, shared, plain.Length, pages);
                return shared;
            }

        return 0;
    }

    // Whether the pages behind the shared ones can be copied within the budget: the originals stay while that is done, whatever else is dropped.
    private bool CanCopy(PrefixEntry entry, int shared, int length)
    {
        var needed = PagesFor(length) - shared - free.Count - (Capacity - references.Count);
        if (needed <= 0) return true;
        var kept = new Dictionary<int, int>();
        foreach (var page in entries.SelectMany(e => e.Pages)) kept[page] = kept.GetValueOrDefault(page) + 1;
        foreach (var page in entry.Pages.AsSpan(0, PagesFor(length))) kept.Remove(page);
        return kept.Count(page => references[page.Key] == page.Value) >= needed;
    }

    // The first positions are shared page by page; the others, up to a length, are copied.
    private void Take(PrefixEntry entry, int shared, int length, List<int> pages)
    {
        entry.Used = ++clock;
        var whole = shared / store.PageTokens;
        for (var p = 0; p < whole; p++)
        {
            references[entry.Pages[p]]++;
            pages.Add(entry.Pages[p]);
        }

        // Renting may evict entries; these pages must outlive the copy.
        var copied = entry.Pages[whole..PagesFor(length)];
        foreach (var page in copied) references[page]++;
        for (var p = 0; p < copied.Length; p++)
        {
            var page = Rent();
            store.Copy(copied[p], page, Math.Min(store.PageTokens, length - (whole + p) * store.PageTokens));
            pages.Add(page);
        }

        foreach (var page in copied) Release(page);
    }

    /// <summary>Adds pages to a table until it covers so many positions.</summary>
    public void Cover(List<int> pages, int positions)
    {
        while (pages.Count < PagesFor(positions)) pages.Add(Rent());
    }

    /// <summary>A sequence is over: its computed positions, as far as they are finite, become a prefix entry, its other pages are free.</summary>
    /// <param name="tokens">The sequence's tokens with what acts at them.</param>
    /// <param name="computed">Positions to keep.</param>
    /// <param name="sound">Positions known to be finite; the pages behind them are looked at.</param>
    /// <param name="pages">The sequence's page table.</param>
    /// <param name="stream">The residual stream of its first positions, where that is kept too.</param>
    public void Keep(ReadOnlySpan<long> tokens, int computed, int sound, List<int> pages, ResidualStream? stream = null)
    {
        computed = Math.Min(computed, Finite(pages, sound));
        var used = PagesFor(computed);
        for (var p = used; p < pages.Count; p++) Release(pages[p]);
        if (computed == 0) return;
        var entry = new PrefixEntry(tokens[..computed].ToArray(), pages.GetRange(0, used).ToArray(), stream?.Positions <= computed ? stream : null) { Used = ++clock };
        // What the new one holds too is not needed twice; a stream may go on with it.
        for (var e = entries.Count - 1; e >= 0; e--)
            if ((entries[e].Stream is null || entry.Stream is not null) && tokens[..computed].StartsWith(entries[e].Tokens))
                Drop(e);
        entries.Add(entry);
        TrimStreams();
    }

    // The stream used longest ago goes first; its keys and values stay.
    private void TrimStreams()
    {
        while (entries.Sum(e => e.Stream?.Bytes ?? 0) > streamBytes)
            entries.Where(e => e.Stream is not null).MinBy(e => e.Used)!.Stream = null;
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

    private sealed class PrefixEntry(long[] tokens, int[] pages, ResidualStream? stream)
    {
        public long[] Tokens { get; } = tokens;

        public int[] Pages { get; } = pages;

        public ResidualStream? Stream { get; set; } = stream;

        public long Used { get; set; }
    }
}

/// <summary>The residual stream of a plain run before each of its blocks, over the positions of its prompt: where a patched run may begin.</summary>
/// <param name="Width">Width d.</param>
/// <param name="Rows">For each block [positions, width].</param>
internal sealed record ResidualStream(int Width, float[][] Rows)
{
    public int Positions => Rows[0].Length / Width;

    public long Bytes => (long)Rows.Length * Rows[0].Length * sizeof(float);

    /// <summary>Rows of some positions before a block.</summary>
    public ReadOnlyMemory<float> Before(int block, int position, int count) => Rows[block].AsMemory(position * Width, count * Width);
}
