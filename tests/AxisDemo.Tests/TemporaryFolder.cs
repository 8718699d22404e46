namespace AxisDemo.Tests;

/// <summary>A folder of a test's own, gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder itself.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("axisdemo-test-").FullName;

    /// <summary>Where a file of this name lies in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and says where it lies.</summary>
    public string Write(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    /// <inheritdoc cref="Write(string, byte[])"/>
    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
