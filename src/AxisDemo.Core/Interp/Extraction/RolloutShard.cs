using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Interp;

/// <summary>
/// A shard file: a header (the plan and the shard's number), then one record per rollout, appended and flushed as it is made.
/// Every record carries its length and a checksum. What a crash leaves at the end, less than one whole record, is cut when the
/// shard is opened for writing; damage anywhere else is an error.
/// </summary>
/// <remarks>Layout: magic "AXROLL01", then records of [u32 length][first 8 bytes of sha256(payload)][payload]; the first is the header in JSON.</remarks>
public sealed class RolloutShard : IDisposable
{
    private const int RecordHead = 12;
    private const int LongestHeader = 1 << 22;
    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };
    private readonly FileStream stream;
    private readonly List<(RolloutKey Key, long Offset)> index = [];

    private RolloutShard(string path, FileStream stream, ExtractionPlan plan, int shard, int shards)
    {
        Path = path;
        this.stream = stream;
        Plan = plan;
        Shard = shard;
        Shards = shards;
    }

    private static ReadOnlySpan<byte> Magic => "AXROLL01"u8;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What the rollouts belong to.</summary>
    public ExtractionPlan Plan { get; }

    /// <summary>This shard's number, from 0.</summary>
    public int Shard { get; }

    /// <summary>How many shards the run has.</summary>
    public int Shards { get; }

    /// <summary>The rollouts in the file, in the order they were made.</summary>
    public IEnumerable<RolloutKey> Keys => index.Select(i => i.Key);

    /// <summary>Bytes of an unfinished record at the end: cut already when opened for writing, ignored when opened for reading.</summary>
    public long TornBytes { get; private set; }

    /// <summary>Opens a shard to add to it; makes it when there is none.</summary>
    /// <exception cref="InputException">It belongs to another plan or shard, is damaged, or cannot be written.</exception>
    public static RolloutShard Append(string folder, ExtractionPlan plan, int shard, int shards)
    {
        var path = System.IO.Path.Combine(folder, $"rollouts-{shard}of{shards}.axroll");
        try
        {
            Directory.CreateDirectory(folder);
            if (DiskFile.Find(path) is not { Bytes: > 0 }) Create(path, new Header(plan, shard, shards));
            var opened = Open(path, new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read));
            if (!opened.Plan.SameAs(plan) || opened.Shard != shard || opened.Shards != shards)
            {
                opened.Dispose();
                throw new InputException(path, "header", "it belongs to a run with other settings (model, prompts, counts, sampling or seed).", "Give the settings it was begun with, or another folder (--out).");
            }

            opened.stream.SetLength(opened.stream.Length - opened.TornBytes);
            opened.stream.Seek(0, SeekOrigin.End);
            return opened;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", $"it cannot be written: {e.Message}", "Another run may have it open.", e);
        }
    }

    /// <summary>Opens a shard to read it; it may still be growing.</summary>
    /// <exception cref="InputException">It is no shard, or damaged.</exception>
    public static RolloutShard Read(string path)
    {
        try
        {
            return Open(path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", $"it cannot be read: {e.Message}", inner: e);
        }
    }

    /// <summary>The shard files of folders (or files), in a fixed order.</summary>
    /// <exception cref="InputException">A folder has none.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> places)
    {
        var files = new List<string>();
        foreach (var place in places)
        {
            var found = File.Exists(place) ? [place] : Directory.Exists(place) ? Directory.GetFiles(place, "*.axroll") : [];
            if (found.Length == 0) throw new InputException(place, "", "there are no rollouts in it.", "Make them with: axis extract --out DIR.");
            files.AddRange(found);
        }

        return [.. files.Select(System.IO.Path.GetFullPath).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Adds a rollout; it is on its way to the disk when this returns.</summary>
    public void Add(Rollout rollout)
    {
        if (rollout.Mean.Length != Plan.Layers * Plan.Width || rollout.MeanNorm.Length != Plan.Layers)
            throw new ArgumentException($"A rollout of this plan has {Plan.Layers} x {Plan.Width} numbers.", nameof(rollout));
        var offset = stream.Position;
        WriteRecord(stream, rollout.ToBytes());
        stream.Flush();
        index.Add((rollout.Key, offset));
    }

    /// <summary>Reads the rollout at a place of <see cref="Keys"/>.</summary>
    /// <exception cref="InputException">The record is damaged.</exception>
    public Rollout Get(int place)
    {
        stream.Seek(index[place].Offset, SeekOrigin.Begin);
        var payload = ReadRecord(stream, stream.Length, LongestRecord(Plan)) ?? throw Damaged(index[place].Offset);
        return Rollout.FromBytes(payload, Plan.Layers, Plan.Width, $"{Path} (record at {index[place].Offset})");
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private static RolloutShard Open(string path, FileStream stream)
    {
        try
        {
            Span<byte> magic = stackalloc byte[8];
            if (stream.ReadAtLeast(magic, 8, throwOnEndOfStream: false) < 8 || !magic.SequenceEqual(Magic))
                throw new InputException(path, "header", "it is no file of rollouts.");
            if (ReadRecord(stream, stream.Length, LongestHeader) is not { } bytes || JsonSerializer.Deserialize<Header>(bytes, Strict) is not { } header)
                throw new InputException(path, "header", "it is damaged.", "Delete the file and make it again.");
            if (header.Plan.Layers is < 1 or > 10_000 || header.Plan.Width is < 1 or > 1_000_000)
                throw new InputException(path, "header", $"{header.Plan.Layers} layers of width {header.Plan.Width} are not possible.");
            var shard = new RolloutShard(path, stream, header.Plan, header.Shard, header.Shards);
            shard.Scan();
            return shard;
        }
        catch (JsonException e)
        {
            stream.Dispose();
            throw new InputException(path, "header", $"it is damaged: {e.Message}", "Delete the file and make it again.", e);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private void Scan()
    {
        // A shard that is still growing may gain records while it is read: they are left for the next time.
        var end = stream.Length;
        var longest = LongestRecord(Plan);
        while (stream.Position < end)
        {
            var offset = stream.Position;
            if (ReadRecord(stream, end, longest) is { } payload)
            {
                index.Add((Rollout.FromBytes(payload, Plan.Layers, Plan.Width, $"{Path} (record at {offset})").Key, offset));
                continue;
            }

            TornBytes = end - offset;
            // A crash leaves less than one record. More than that after a bad record is damage, which cutting would make worse.
            if (TornBytes > RecordHead + longest) throw Damaged(offset);
            return;
        }
    }

    // A record has the activations, the tokens (4 bytes, and up to 64 of text each) and a few names.
    private static long LongestRecord(ExtractionPlan plan) =>
        Math.Min(int.MaxValue, 4L * plan.Layers * (plan.Width + 1) + 68L * plan.MaxTokens + 4096);

    private static void Create(string path, Header header)
    {
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            file.Write(Magic);
            WriteRecord(file, JsonSerializer.SerializeToUtf8Bytes(header));
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static void WriteRecord(Stream stream, byte[] payload)
    {
        var record = new byte[RecordHead + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record, payload.Length);
        SHA256.HashData(payload).AsSpan(0, 8).CopyTo(record.AsSpan(4));
        payload.CopyTo(record, RecordHead);
        stream.Write(record); // one write: a crash leaves a prefix
    }

    // Null when the record is incomplete or its checksum fails.
    private static byte[]? ReadRecord(Stream stream, long end, long longest)
    {
        Span<byte> head = stackalloc byte[RecordHead];
        if (end - stream.Position < RecordHead) return null;
        stream.ReadExactly(head);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length < 0 || length > longest || length > end - stream.Position) return null;
        var payload = new byte[length];
        stream.ReadExactly(payload);
        return SHA256.HashData(payload).AsSpan(0, 8).SequenceEqual(head[4..]) ? payload : null;
    }

    private InputException Damaged(long offset) =>
        new(Path, $"record at {offset}", "its checksum fails, and more records follow.", "The file is damaged: delete it and make it again.");

    private sealed record Header(ExtractionPlan Plan, int Shard, int Shards);
}
