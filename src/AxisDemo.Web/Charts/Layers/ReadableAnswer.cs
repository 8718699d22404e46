using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Serving;
using AxisDemo.Web.Conversations;

namespace AxisDemo.Web.Charts;

/// <summary>An answer that the layer view can read.</summary>
/// <param name="Answer">What it is: a map belongs to the same one as long as that is there.</param>
/// <param name="Key">Tells it from the others.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Acts">The blocks at which something acted.</param>
/// <param name="ReadAsync">
/// Reads it again at every block. Throws an <see cref="InputException"/> where it cannot be read, a <see cref="GenerationFailedException"/> where the
/// engine fails, and an <see cref="OperationCanceledException"/> where it is stopped.
/// </param>
public sealed record ReadableAnswer(object Answer, string Key, string Title, IReadOnlyList<int> Acts, Func<IProgress<double>, CancellationToken, Task<LayerMap>> ReadAsync);
