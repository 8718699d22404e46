using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace AxisDemo.Web.Pages;

/// <summary>Numbers between controls and settings, in the one form that HTML knows.</summary>
internal static class Number
{
    /// <summary>A number as a control's value.</summary>
    public static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>What a control was set to; where that is no number, what it was before.</summary>
    public static double Real(ChangeEventArgs change, double before) =>
        double.TryParse((string?)change.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : before;

    /// <summary>What a control was set to, as a whole number that is not negative.</summary>
    public static int Whole(ChangeEventArgs change, int before) =>
        int.TryParse((string?)change.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : before;
}
