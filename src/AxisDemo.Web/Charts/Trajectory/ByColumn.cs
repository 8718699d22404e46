using System.Collections;

namespace AxisDemo.Web.Charts;

/// <summary>Something for each of some columns, in the columns' order. Immutable; two are equal where their columns and values are.</summary>
public sealed class ByColumn<T> : IReadOnlyList<(Column Column, T Value)>, IEquatable<ByColumn<T>>
{
    private readonly (Column Column, T Value)[] entries;

    /// <summary>Of these columns; none may be there twice.</summary>
    public ByColumn(IEnumerable<(Column Column, T Value)> entries)
    {
        this.entries = [.. entries.OrderBy(e => e.Column)];
        if (this.entries.DistinctBy(e => e.Column).Count() < this.entries.Length) throw new ArgumentException("A column is there twice.", nameof(entries));
    }

    /// <summary>The columns.</summary>
    public IEnumerable<Column> Keys => entries.Select(e => e.Column);

    /// <summary>What there is for them.</summary>
    public IEnumerable<T> Values => entries.Select(e => e.Value);

    /// <inheritdoc/>
    public int Count => entries.Length;

    /// <inheritdoc/>
    public (Column Column, T Value) this[int index] => entries[index];

    /// <summary>What there is for a column.</summary>
    /// <exception cref="KeyNotFoundException">The column is not among them.</exception>
    public T this[Column column] => Has(column) ? Find(column)! : throw new KeyNotFoundException($"There is no column {column}.");

    /// <summary>Whether a column is among them.</summary>
    public bool Has(Column column) => Array.Exists(entries, e => e.Column == column);

    /// <summary>What there is for a column; null (nothing) where it is not among them.</summary>
    public T? Find(Column column) => Array.Find(entries, e => e.Column == column).Value;

    /// <summary>The same with this for a column, whether or not it was among them.</summary>
    public ByColumn<T> With(Column column, T value) => new([.. entries.Where(e => e.Column != column), (column, value)]);

    /// <summary>The same without a column.</summary>
    public ByColumn<T> Without(Column column) => new(entries.Where(e => e.Column != column));

    /// <summary>Something else for each of the columns.</summary>
    public ByColumn<TOther> Map<TOther>(Func<Column, T, TOther> to) => new(entries.Select(e => (e.Column, to(e.Column, e.Value))));

    /// <inheritdoc/>
    public bool Equals(ByColumn<T>? other) => other is not null && entries.SequenceEqual(other.entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ByColumn<T>);

    /// <inheritdoc/>
    public override int GetHashCode() => entries.Aggregate(0, (hash, entry) => HashCode.Combine(hash, entry));

    /// <inheritdoc/>
    public IEnumerator<(Column Column, T Value)> GetEnumerator() => ((IEnumerable<(Column, T)>)entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
