using System.Buffers;
using System.Security.Cryptography;

namespace AxisDemo.Formats;

/// <summary>What identifies a file in provenance: the SHA-256 of its content, whatever its name.</summary>
public static class FileHash
{
    private const int Piece = 1 << 20;

    /// <summary>Reads the whole file in pieces (about half a second for 100 MB) and remembers nothing.</summary>
    /// <param name="path">An ordinary file.</param>
    /// <param name="cancellation">Checked between pieces of 1 MiB.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static string Sha256(string path, CancellationToken cancellation = default)
    {
        var piece = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (int read; (read = file.Read(piece)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(piece, 0, read);
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException(path, "file", $"cannot be read: {e.Message}", "Check the path.", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
