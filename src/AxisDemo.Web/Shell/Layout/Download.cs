using System.Globalization;
using Microsoft.JSInterop;

namespace AxisDemo.Web.Shell;

/// <summary>Hands files to the visitor's browser, which saves them.</summary>
public sealed class Download(IJSRuntime js, TimeProvider clock) : IAsyncDisposable
{
    private IJSObjectReference? script;

    /// <summary>Saves a file that is named by the time, axisdemo-20260131-235959.csv.</summary>
    /// <param name="ending">What follows the dot.</param>
    /// <param name="type">Its media type.</param>
    /// <param name="bytes">All of it.</param>
    public async Task SaveAsync(string ending, string type, byte[] bytes)
    {
        script ??= await js.InvokeAsync<IJSObjectReference>("import", "./js/files.js");
        using var stream = new DotNetStreamReference(new MemoryStream(bytes));
        await script.InvokeVoidAsync("saveStream", string.Create(CultureInfo.InvariantCulture, $"axisdemo-{clock.GetUtcNow():yyyyMMdd-HHmmss}.{ending}"), type, stream);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => script.ReleaseAsync();
}
