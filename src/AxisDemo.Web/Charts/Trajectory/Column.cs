namespace AxisDemo.Web.Charts;

/// <summary>The columns that there can be. A conversation has one to four of them; each keeps its letter and its colour whatever becomes of the others.</summary>
public enum Column
{
    /// <summary>Orange.</summary>
    A,
    /// <summary>Blue.</summary>
    B,
    /// <summary>Green.</summary>
    C,
    /// <summary>Rose.</summary>
    D,
}

/// <summary>What pages call columns.</summary>
public static class Columns
{
    /// <summary>All that there can be, in their order.</summary>
    public static IReadOnlyList<Column> All { get; } = Enum.GetValues<Column>();

    /// <summary>The small letter that stands in ids, links of a page's parts and saved files.</summary>
    public static string Letter(this Column column) => column.ToString().ToLowerInvariant();

    /// <summary>The class of everything that belongs to a column.</summary>
    public static string Class(this Column column) => $"col-{column.Letter()}";
}
