using Microsoft.JSInterop;

namespace AxisDemo.Web.Components.Shared;

/// <summary>Scripts of a page that a component holds.</summary>
internal static class Scripts
{
    /// <summary>Lets go of one; null: of none. Where the page is gone the script went with it: the ordinary end of a visit.</summary>
    public static async ValueTask ReleaseAsync(this IJSObjectReference? script)
    {
        if (script is null) return;
        try
        {
            await script.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            return;
        }
    }
}
