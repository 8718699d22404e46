using System.Security.Cryptography;
using System.Text;

namespace AxisDemo.Formats;

/// <summary>
/// Hashes of large files, kept between runs: a model of many gigabytes is not read again by every command. An entry holds for one
/// path, length and time of change, those of the file that links lead to; it is a small file named after them, so that processes do not disturb each other. What cannot be
/// read or written there is computed: it is a memory, nothing depends on it.
/// </summary>
/// <param name="folder">Where entries lie; empty: nowhere.</param>
/// <param name="least">Smallest file that is remembered, bytes.</param>
internal sealed class HashMemory(string folder, long least)
{
    private const int Digits = 64;

    /// <summary>The user's, for files from 256 MB on: <c>AxisDemo/hashes</c> in the folder for local application data.</summary>
    public static HashMemory User { get; } = new(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } data ? Path.Combine(data, "AxisDemo", "hashes") : "", 256 << 20);

    /// <summary>As <see cref="FileHash.Sha256"/>, from memory where the file is as it was.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public string Sha256(string path, CancellationToken cancellation)
    {
        if (Entry(path) is not { } entry) return FileHash.Sha256(path, cancellation);
        if (Read(entry) is { } known) return known;
        var hash = FileHash.Sha256(path, cancellation);
        // Not if it has changed while it was read.
        if (Entry(path) == entry) Write(entry, hash);
        return hash;
    }

    private string? Entry(string path)
    {
        // Reading what is not there says what is wrong.
        if (folder.Length == 0 || DiskFile.Find(path) is not { } file || file.Bytes < least) return null;
        return Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Path}\n{file.Bytes}\n{file.Written.Ticks}"))));
    }

    private static string? Read(string entry)
    {
        try
        {
            return File.Exists(entry) && File.ReadAllText(entry) is { Length: Digits } hash && hash.All(char.IsAsciiHexDigitLower) ? hash : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Write(string entry, string hash)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(entry)!);
            using var file = new ReplacingFile(entry);
            file.Write(Encoding.ASCII.GetBytes(hash));
            file.Complete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            // The next run computes it again.
        }
    }
}
