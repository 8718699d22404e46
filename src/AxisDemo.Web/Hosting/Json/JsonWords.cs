namespace AxisDemo.Web.Hosting;

/// <summary>What the host says of JSON that it is sent.</summary>
public static class JsonWords
{
    /// <summary>How a converter's own words begin: what the field should have been follows.</summary>
    internal const string Wanted = "is not ";

    /// <summary>The characters of a text, as people and JSON Schema count them: one outside the basic plane is two of .NET's.</summary>
    public static int Characters(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.EnumerateRunes().Count();
    }
}
