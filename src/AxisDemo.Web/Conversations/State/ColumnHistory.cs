using AxisDemo.Serving;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>A turn that is over, as a column remembers it.</summary>
/// <param name="User">The visitor's message.</param>
/// <param name="Text">The answer's text.</param>
/// <param name="Model">The model that generated it.</param>
/// <param name="Ids">The ids it generated.</param>
public sealed record PastTurn(string User, string Text, string Model, IReadOnlyList<int> Ids)
{
    /// <summary>Whether a model reads the same tokens in both.</summary>
    public bool SameAs(PastTurn other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return User == other.User && Text == other.Text && Model == other.Model && Ids.SequenceEqual(other.Ids);
    }
}

/// <summary>
/// Builds a column's prompts from what was said, and keeps what it has built: the next turn renders the template once, however long
/// the conversation is; after undo, an edit or another history it goes back to where the two still agree. Any thread.
/// </summary>
public sealed class ColumnHistory
{
    private readonly Lock gate = new();
    private readonly List<(PastTurn Turn, ConversationMark After)> kept = [];
    private Conversation? conversation;
    private (IGenerator Generator, string System) begun;

    /// <summary>How often a template was rendered: what a turn costs before the engine has its prompt.</summary>
    public int Renderings { get; private set; }

    /// <summary>
    /// The prompt for the next answer. Past answers keep the ids they were generated as, so that the engine finds the whole
    /// conversation in its cache; those of another model are encoded anew.
    /// </summary>
    public Prompt Next(IGenerator generator, string system, IReadOnlyList<PastTurn> past, string user)
    {
        ArgumentNullException.ThrowIfNull(past);
        lock (gate)
        {
            var agreed = 0;
            while (agreed < kept.Count && agreed < past.Count && kept[agreed].Turn.SameAs(past[agreed])) agreed++;
            // Without a turn that both agree on there is nothing to go back to.
            if (agreed == 0 || begun != (generator, system) || !conversation!.Rewind(kept[agreed - 1].After))
            {
                conversation = new Conversation(generator, system);
                (begun, agreed) = ((generator, system), 0);
            }

            kept.RemoveRange(agreed, kept.Count - agreed);
            var model = ReadyModel.IdOf(generator.Model.Path);
            foreach (var turn in past.Skip(agreed))
            {
                Ask(turn.User);
                conversation.Answer(turn.Text, turn.Model == model ? turn.Ids : generator.Tokenizer.Encode(turn.Text, parseSpecial: false));
                kept.Add((turn, conversation.Mark()));
            }

            return Ask(user);
        }
    }

    private Prompt Ask(string user)
    {
        Renderings++;
        return conversation!.Ask(user);
    }
}
