using AxisDemo.Formats;
using AxisDemo.Serving;

namespace AxisDemo.Web.Components.Chat;

/// <summary>Stands where chat templates come in; refuses until then.</summary>
public sealed class NoPrompts : IPrompts
{
    /// <inheritdoc/>
    public Prompt Next(IGenerator generator, string system, IReadOnlyList<PastTurn> past, string user) =>
        throw new InputException("request", "prompt", "this build holds no chat template yet.");
}
