using AxisDemo.Serving;

namespace AxisDemo.Web.Components.Chat;

/// <summary>A turn that is over, as a column remembers it.</summary>
/// <param name="User">The visitor's message.</param>
/// <param name="Text">The answer's text.</param>
/// <param name="Ids">The ids it generated.</param>
/// <param name="StopId">The end-of-turn token it chose, if it did.</param>
public sealed record PastTurn(string User, string Text, IReadOnlyList<int> Ids, int? StopId);

/// <summary>A prompt: its ids, and which of them the template wrote.</summary>
public sealed record Prompt(IReadOnlyList<int> Ids, IReadOnlyList<bool>? Special);

/// <summary>Builds a column's next prompt.</summary>
public interface IPrompts
{
    /// <summary>
    /// The prompt for the next answer. The ids of past answers are taken as they were generated, so that the engine finds the whole
    /// conversation in its cache.
    /// </summary>
    Prompt Next(IGenerator generator, string system, IReadOnlyList<PastTurn> past, string user);
}
