using AxisDemo.Interp;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Charts;

/// <summary>An axis that the chart can draw: the model's own, another file's, a role's direction, or a random one to compare with.</summary>
/// <param name="Key">What tokens' projections on it are kept under; see <see cref="Main"/>.</param>
/// <param name="Name">What it is called.</param>
/// <param name="High">What lies at its upper end.</param>
/// <param name="Low">What lies at its lower end.</param>
/// <param name="Watch">What the engine is asked for.</param>
/// <param name="Roles">Known roles and where they lie on it.</param>
/// <param name="Scale">Values that its scale holds before any token is drawn.</param>
public sealed record DrawnAxis(string Key, string Name, string High, string Low, Watch Watch, IReadOnlyList<ReferenceRole> Roles, IReadOnlyList<float> Scale)
{
    /// <summary>The key of the axis that is always watched: the one that is capped along.</summary>
    public const string Main = "assistant";

    /// <summary>Axes that may be watched beside the main one: each is a few numbers more with every token.</summary>
    public const int Most = 3;

    private const string RolePrefix = "role:";
    private const string FilePrefix = "axis:";
    private const string RandomKey = "random";

    /// <summary>The main axis of a model.</summary>
    public static DrawnAxis Of(ChatAxis axis)
    {
        ArgumentNullException.ThrowIfNull(axis);
        return new DrawnAxis(Main, "Assistant Axis", "Assistant", "other personas", axis.Display() with { Axis = Main }, axis.Roles, Ends(axis));
    }

    /// <summary>The main axis and those of the keys that the model has.</summary>
    public static IReadOnlyList<DrawnAxis> All(ReadyModel loaded, IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        return loaded.Axis is { } axis ? [Of(axis), .. keys.Select(key => Find(loaded, key)).OfType<DrawnAxis>()] : [];
    }

    /// <summary>What may be watched beside the main axis, as (key, name), in groups.</summary>
    public static IReadOnlyList<(string Group, IReadOnlyList<(string Key, string Name)> Axes)> Choices(ReadyModel loaded)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        if (loaded.Axis is not { } axis) return [];
        var files = loaded.Axes.Where(a => a.Id != axis.Id).Select(a => (FilePrefix + a.Id, a.Name)).ToList();
        var roles = axis.RoleNames.Select(role => (RolePrefix + role, Spoken(role))).ToList();
        var groups = new List<(string, IReadOnlyList<(string, string)>)>();
        if (files.Count > 0) groups.Add(("Other axis files", files));
        if (roles.Count > 0) groups.Add(("From the model as itself to a role", roles));
        groups.Add(("Control", [(RandomKey, "a random direction")]));
        return groups;
    }

    /// <summary>An axis by its key; null where the model has none of that name.</summary>
    public static DrawnAxis? Find(ReadyModel loaded, string key)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        ArgumentNullException.ThrowIfNull(key);
        if (loaded.Axis is not { } axis) return null;
        if (key.StartsWith(FilePrefix, StringComparison.Ordinal))
            return loaded.With(key[FilePrefix.Length..])?.Axis is { } other
                ? new DrawnAxis(key, other.Name, "Assistant", "other personas", other.Display() with { Axis = key }, other.Roles, Ends(other)) : null;
        if (key.StartsWith(RolePrefix, StringComparison.Ordinal) && key[RolePrefix.Length..] is var role)
            return axis.TowardRole(role) is { } toward ? Along(axis, key, $"Towards {Spoken(role)}", Spoken(role), "as itself", toward) : null;
        return key == RandomKey ? Along(axis, key, "A random direction", "one way", "the other way", RandomDirection.Of(axis.Direction(axis.DisplayLayer).Length, 0)) : null;
    }

    private static DrawnAxis Along(ChatAxis axis, string key, string name, string high, string low, Direction direction) =>
        new(key, name, high, low, new Watch(key, axis.DisplayLayer, direction), axis.RolesOn(direction), []);

    // From the 5th to the 95th percentile, as far as they are known; with none the tokens make the scale.
    private static IReadOnlyList<float> Ends(ChatAxis axis)
    {
        var known = axis.Known(axis.DisplayLayer).Where(p => p is >= 5 and <= 95).ToList();
        return known.Count == 0 ? [] : [axis.Shown(known[0])!.Value, axis.Shown(known[^1])!.Value];
    }

    private static string Spoken(string role) => role.Replace('_', ' ');
}
