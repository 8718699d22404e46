using System.ComponentModel.DataAnnotations;
using AxisDemo.Web.Conversations;

namespace AxisDemo.Web.Hosting;

/// <summary>Share links, imports and downloads of conversations: the section <c>Sharing</c>.</summary>
public sealed class SharingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Sharing";

    /// <summary>The largest value of <see cref="MaxBytes"/>: 64 MiB.</summary>
    public const int MostBytes = 64 << 20;

    /// <summary>Whether visitors may share by link. Default true. Downloads and imports are always there.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The database's file, relative to the content root. Default <c>data/conversations.db</c>; its folder must be writable.</summary>
    [Required(ErrorMessage = "Sharing:Database must name a file.")]
    public string Database { get; set; } = "data/conversations.db";

    /// <summary>Days after which a link stops working; 0: never. Default 90.</summary>
    [Range(0, 36500, ErrorMessage = "Sharing:ExpiryDays must lie between 0 (never) and 36500.")]
    public int ExpiryDays { get; set; } = 90;

    /// <summary>Shared conversations kept at a time. Default 10,000.</summary>
    [Range(1, 10_000_000, ErrorMessage = "Sharing:MaxConversations must lie between 1 and 10000000.")]
    public int MaxConversations { get; set; } = 10_000;

    /// <summary>Room that all of them take together, compressed, MiB. Default 1,024.</summary>
    [Range(1, 1_048_576, ErrorMessage = "Sharing:MaxMegabytes must lie between 1 and 1048576.")]
    public int MaxMegabytes { get; set; } = 1024;

    /// <summary>Largest conversation that is shared or imported, bytes of JSON. Default 8 MiB.</summary>
    [Range(1024, MostBytes, ErrorMessage = "Sharing:MaxBytes must lie between 1024 and 67108864.")]
    public int MaxBytes { get; set; } = 8 << 20;

    /// <summary>Whether readers of a shared conversation may report it. Default false: a host that offers it should read the reports.</summary>
    public bool Reports { get; set; }

    /// <summary>Reports after which a conversation is no longer shown; 0: never hidden. Default 0.</summary>
    [Range(0, 1_000_000, ErrorMessage = "Sharing:HideAfterReports must lie between 0 (never) and 1000000.")]
    public int HideAfterReports { get; set; }
}
