using AxisDemo.Serving;
using AxisDemo.Web.Serving;

namespace AxisDemo.Web.Components.Chat;

/// <summary>A turn that is over, as a column remembers it.</summary>
/// <param name="User">The visitor's message.</param>
/// <param name="Text">The answer's text.</param>
/// <param name="Model">The model that generated it.</param>
/// <param name="Ids">The ids it generated.</param>
public sealed record PastTurn(string User, string Text, string Model, IReadOnlyList<int> Ids);

/// <summary>Builds a column's next prompt from what was said. Undo and regenerate need no state of their own that way.</summary>
public static class ColumnPrompt
{
    /// <summary>
    /// The prompt for the next answer. Past answers keep the ids they were generated as, so that the engine finds the whole
    /// conversation in its cache; those of another model are encoded anew.
    /// </summary>
    public static Prompt Next(IGenerator generator, string system, IReadOnlyList<PastTurn> past, string user)
    {
        ArgumentNullException.ThrowIfNull(past);
        var model = ReadyModel.IdOf(generator.Model.Path);
        var conversation = new Conversation(generator, system);
        foreach (var turn in past)
        {
            conversation.Ask(turn.User);
            conversation.Answer(turn.Text, turn.Model == model ? turn.Ids : generator.Tokenizer.Encode(turn.Text, parseSpecial: false));
        }

        return conversation.Ask(user);
    }
}
