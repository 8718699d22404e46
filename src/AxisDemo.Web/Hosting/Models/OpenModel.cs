using AxisDemo.Formats;
using AxisDemo.Serving;

namespace AxisDemo.Web.Hosting;

/// <summary>Opens a model for the options, reports the part of it that is done (0..1), and gives up soon after the cancellation.</summary>
/// <exception cref="InputException">The model cannot be used; <see cref="FaultKind.Memory"/> when there is too little of that.</exception>
/// <exception cref="OperationCanceledException">It was given up.</exception>
public delegate IGenerator OpenModel(string path, EngineSettings options, Action<double> progress, CancellationToken cancellation);
