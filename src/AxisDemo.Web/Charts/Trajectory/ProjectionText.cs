using System.Globalization;

namespace AxisDemo.Web.Charts;

/// <summary>A projection as it is written everywhere on the page.</summary>
public static class ProjectionText
{
    /// <summary>Whole, with a real minus sign.</summary>
    public static string Of(double value) => Math.Round(value).ToString("+0;−0;0", CultureInfo.InvariantCulture);
}
