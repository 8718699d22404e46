using AxisDemo.Formats;
using AxisDemo.Model.Loading;

namespace AxisDemo.Interp.Import;

/// <summary>The model that an imported file belongs to, where the user says.</summary>
/// <param name="Name">For people.</param>
/// <param name="Sha256">What axis files refer to.</param>
/// <param name="Architecture">"llama", …</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Width">Width of the residual stream.</param>
public sealed record ImportModel(string Name, string Sha256, string Architecture, int Layers, int Width)
{
    /// <summary>A model by its file or folder: the header is read, and the weights once for their hash.</summary>
    /// <exception cref="InputException">It is no model that this program reads.</exception>
    public static ImportModel Of(string path, CancellationToken cancellation = default)
    {
        using var source = ModelSource.Open(path);
        return new ImportModel(source.Name, source.Hash(cancellation), source.Config.Architecture, source.Config.Layers, source.Config.Width);
    }
}
