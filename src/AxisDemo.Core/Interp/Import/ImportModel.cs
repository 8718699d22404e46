using AxisDemo.Formats;
using AxisDemo.Model;

namespace AxisDemo.Interp.Import;

/// <summary>The model that an imported file belongs to, where the user says.</summary>
/// <param name="Name">For people.</param>
/// <param name="Sha256">What axis files refer to.</param>
/// <param name="Architecture">"llama", …</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Width">Width of the residual stream.</param>
public sealed record ImportModel(string Name, string Sha256, string Architecture, int Layers, int Width)
{
    /// <summary>A model by its file: the header is read, and the whole file once for its hash.</summary>
    /// <exception cref="InputException">It is no model that this program reads.</exception>
    public static ImportModel Of(string path, CancellationToken cancellation = default)
    {
        using var file = GgufFile.Open(path);
        var config = GgufModel.Config(file);
        var name = file.Metadata.TryString("general.name", out var given) && given.Length is > 0 and < 100 ? given : Path.GetFileNameWithoutExtension(path);
        return new ImportModel(name, FileHash.Sha256(path, cancellation), config.Architecture, config.Layers, config.Width);
    }
}
