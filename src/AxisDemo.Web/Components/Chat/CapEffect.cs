namespace AxisDemo.Web.Components.Chat;

/// <summary>What the cap has done in a conversation.</summary>
/// <param name="Lifted">Tokens lifted at one block at least.</param>
/// <param name="Tokens">Capped tokens in all.</param>
/// <param name="Kl">Sum of KL(capped || plain), nats.</param>
/// <param name="Measured">Tokens in that sum.</param>
public readonly record struct CapEffect(int Lifted, int Tokens, double Kl, int Measured);
