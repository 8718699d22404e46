namespace AxisDemo.Tests.Web;

/// <summary>Waits for what a test cannot go on without.</summary>
internal static class Waiting
{
    /// <summary>A minute is for what hangs; a busy machine is waited for.</summary>
    /// <param name="task">What is waited for.</param>
    /// <param name="otherwise">What is wrong where it does not come.</param>
    public static async Task OrFail(this Task task, string otherwise)
    {
        try
        {
            await task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail(otherwise);
        }
    }
}
