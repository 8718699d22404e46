namespace AxisDemo.Interp;

/// <summary>How a question under a system prompt becomes a model's tokens: the model's own chat template, ready for an answer.</summary>
public interface IPromptEncoder
{
    /// <summary>What decides the rendering: the template's hash and options. Goes into provenance.</summary>
    string Rendering { get; }

    /// <summary>
    /// Tokens of a prompt that an answer follows. An empty system prompt means no system turn: what the template then renders.
    /// A model without a system role gets <c>system + "\n\n" + question</c> as the user's text.
    /// </summary>
    IReadOnlyList<int> Encode(string system, string question);
}
