using Microsoft.JSInterop;

namespace AxisDemo.Web.Shell;

/// <summary>What components have done in the visitor's page.</summary>
internal static class Scripts
{
    /// <summary>Does something in the page. Where the page is gone, the ordinary end of a visit, nobody is left to do it for.</summary>
    public static async Task InPageAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (JSDisconnectedException)
        {
            return;
        }
    }

    /// <summary>Lets go of a script that a component holds; null: of none.</summary>
    public static async ValueTask ReleaseAsync(this IJSObjectReference? script)
    {
        if (script is not null) await InPageAsync(async () => await script.DisposeAsync());
    }
}
