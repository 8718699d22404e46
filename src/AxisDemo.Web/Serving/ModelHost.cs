using AxisDemo.Formats;
using AxisDemo.Serving;
using AxisDemo.Web.Options;
using Microsoft.Extensions.Options;

namespace AxisDemo.Web.Serving;

/// <summary>Opens a model for the options, reports the part of it that is done (0..1), and gives up soon after the cancellation.</summary>
/// <exception cref="InputException">The model cannot be used.</exception>
/// <exception cref="OperationCanceledException">It was given up.</exception>
public delegate IGenerator OpenModel(string path, EngineSettings options, Action<double> progress, CancellationToken cancellation);

/// <summary>Loads the model and its axis in the background: pages come up at once and say how far it is.</summary>
public sealed class ModelHost(OpenModel open, IOptions<EngineSettings> options, IHostEnvironment environment, ILogger<ModelHost> log) : BackgroundService, IModelSource
{
    /// <inheritdoc/>
    public ModelState State { get; private set; } = new(null, "Loading the model…", null);

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public override void Dispose()
    {
        (State.Loaded?.Generator as IDisposable)?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => Load(stoppingToken), stoppingToken);

    private void Load(CancellationToken stopping)
    {
        var wanted = options.Value;
        var path = Locate(wanted.Model);
        try
        {
            var shown = -1;
            var generator = open(path, wanted, part =>
            {
                if ((int)(part * 100) is var percent && percent == shown) return;
                shown = percent;
                Set(new ModelState(null, $"Loading the model, {percent} %", null));
            }, stopping);
            var loaded = WithAxis(generator, wanted.Axis.Length > 0 ? Locate(wanted.Axis) : AxisFiles.Beside(path));
            log.LogInformation("Loaded {Model} on {Engine}; axis: {Axis}", generator.Model.Name, generator.Model.Engine, loaded.Axis?.Name ?? loaded.AxisProblem);
            Set(new ModelState(loaded, null, null));
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            log.LogError("No model: {Problem}", e.Message);
            Set(new ModelState(null, null, WithoutFolder(e.Message, path)));
        }
    }

    private ReadyModel WithAxis(IGenerator generator, string path)
    {
        try
        {
            return new ReadyModel(generator, AxisFiles.Open(path, generator.Model), null);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            // A model without its axis can still talk: the page says why nothing is capped.
            log.LogWarning("No axis: {Problem}", e.Message);
            return new ReadyModel(generator, null, $"There is no axis to cap along, so only the standard column answers. {WithoutFolder(e.Message, path)}");
        }
    }

    // Relative to the content root; when the host is started from elsewhere, to where the program lies or above it.
    private string Locate(string path)
    {
        if (Path.IsPathRooted(path)) return path;
        var fallback = Path.Combine(environment.ContentRootPath, path);
        if (File.Exists(fallback) || Directory.Exists(fallback)) return fallback;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, path) is var candidate && (File.Exists(candidate) || Directory.Exists(candidate)))
                return candidate;
        return fallback;
    }

    // Visitors are told the file's name; where it lies on this machine is for the log.
    private static string WithoutFolder(string message, string path)
    {
        var folder = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path));
        return folder is null or "" or "/" ? message : message.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }

    private void Set(ModelState state)
    {
        State = state;
        Changed?.Invoke();
    }
}
