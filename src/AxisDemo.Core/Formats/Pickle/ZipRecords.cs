using System.Buffers.Binary;
using System.Text;

namespace AxisDemo.Formats;

/// <summary>
/// The records of a zip archive as PyTorch writes it: stored, never packed. Sizes come from the central directory (the local headers
/// leave them out), every place is checked against the file, and an archive that two readers could understand differently is refused.
/// Source: PKWARE APPNOTE 6.3.
/// </summary>
internal sealed class ZipRecords
{
    private const int EndLength = 22, EntryLength = 46, LocalLength = 30;
    private const uint EndMark = 0x06054B50, EntryMark = 0x02014B50, LocalMark = 0x04034B50, Zip64Locator = 0x07064B50, Zip64End = 0x06064B50;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly uint[] s_crc = CrcTable();

    private readonly MappedFile _file;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private string _field = "zip archive";

    public ZipRecords(MappedFile file)
    {
        _file = file;
        var (count, start, length) = FindDirectory();
        var at = start;
        for (ulong i = 0; i < count; i++) at = ReadEntry(at, start + length, start);
        _field = "zip archive";
        if (at != start + length) throw Fault($"the directory declares {count} entries and holds more.");
    }

    private sealed record Entry(long Header, long Size, uint Crc, ushort Flags, ushort Method);

    /// <summary>Names of the records.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>The place of a record's bytes in the file, with its checksum compared.</summary>
    public bool TryGet(string name, out long start, out long length)
    {
        (start, length) = (0, 0);
        if (!_entries.TryGetValue(name, out var entry)) return false;
        _field = Printable.Text(name);
        if ((entry.Flags & 1) != 0) throw Fault("the record is encrypted.");
        if (entry.Method != 0) throw Fault($"the record is packed (method {entry.Method}); PyTorch stores.");
        var header = Bytes(entry.Header, LocalLength, "its header");
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalMark) throw Fault("no record is where the directory says.");
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        if (!Bytes(entry.Header + LocalLength, nameLength, "its name").SequenceEqual(Encoding.UTF8.GetBytes(name))) throw Fault("the record has another name than the directory gives it.");
        start = entry.Header + LocalLength + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        length = entry.Size;
        if (start > _file.Length - length) throw Fault($"the record's {length} bytes reach beyond the end of the file.");
        if (Crc(start, length) != entry.Crc) throw Fault("the record's checksum does not match its bytes.");
        return true;
    }

    private (ulong Count, long Start, long Length) FindDirectory()
    {
        var last = _file.Length - EndLength;
        for (var at = last; at >= Math.Max(0, last - ushort.MaxValue); at--)
        {
            var end = _file.Span(at, EndLength);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndMark || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != last - at) continue;
            if (BinaryPrimitives.ReadUInt32LittleEndian(end[4..]) != 0) throw Fault("the archive is split over several disks.");
            ulong count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]), length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]), start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
            if (count == ushort.MaxValue || length == uint.MaxValue || start == uint.MaxValue) (count, start, length) = Zip64Directory(at);
            if (start > (ulong)at || length > (ulong)at - start) throw Fault($"the directory at {start} with {length} bytes lies outside of the file of {_file.Length} bytes.");
            return (count, (long)start, (long)length);
        }
        throw Fault("the file begins like a zip archive and has no directory at its end.");
    }

    private (ulong Count, ulong Start, ulong Length) Zip64Directory(long end)
    {
        var locator = Bytes(end - 20, 20, "its zip64 locator");
        var at = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        var record = Bytes(at, 56, "its zip64 end record");
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != Zip64Locator || BinaryPrimitives.ReadUInt32LittleEndian(record) != Zip64End)
            throw Fault("the directory's place is missing.");
        return (BinaryPrimitives.ReadUInt64LittleEndian(record[32..]), BinaryPrimitives.ReadUInt64LittleEndian(record[48..]), BinaryPrimitives.ReadUInt64LittleEndian(record[40..]));
    }

    private long ReadEntry(long at, long end, long directory)
    {
        if (at > end - EntryLength) throw Fault("the directory declares more entries than it holds.");
        var entry = _file.Span(at, EntryLength);
        if (BinaryPrimitives.ReadUInt32LittleEndian(entry) != EntryMark) throw Fault("the directory is damaged.");
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(entry[28..]), extraLength = BinaryPrimitives.ReadUInt16LittleEndian(entry[30..]);
        var next = at + EntryLength + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(entry[32..]);
        if (next > end) throw Fault("the directory declares more bytes than it holds.");

        var name = Name(_file.Span(at + EntryLength, nameLength));
        ulong packed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]), size = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]), header = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        ReadZip64(_file.Span(at + EntryLength + nameLength, extraLength), ref size, ref packed, ref header);
        _field = Printable.Text(name);
        if (size != packed) throw Fault($"the record is packed: {packed} bytes stand for {size}; PyTorch stores.");
        if (header >= (ulong)directory || size > (ulong)directory - header) throw Fault($"the record's {size} bytes at {header} lie outside of the file.");
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]);
        var parsed = new Entry((long)header, (long)size, BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]), flags, BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]));
        if (!_entries.TryAdd(name, parsed)) throw Fault("two records have this name.");
        return next;
    }

    // Sizes and places beyond 32 bits stand in an extra field, in this order, each only where the plain field is full.
    private static void ReadZip64(ReadOnlySpan<byte> extra, ref ulong size, ref ulong packed, ref ulong header)
    {
        while (extra.Length >= 4)
        {
            var (id, length) = (BinaryPrimitives.ReadUInt16LittleEndian(extra), BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]));
            if (length > extra.Length - 4) return;
            var field = extra.Slice(4, length);
            extra = extra[(4 + length)..];
            if (id != 1) continue;
            Next(ref field, ref size);
            Next(ref field, ref packed);
            Next(ref field, ref header);
        }

        static void Next(ref ReadOnlySpan<byte> field, ref ulong value)
        {
            if (value != uint.MaxValue || field.Length < 8) return;
            value = BinaryPrimitives.ReadUInt64LittleEndian(field);
            field = field[8..];
        }
    }

    private string Name(ReadOnlySpan<byte> bytes)
    {
        string name;
        try
        {
            name = s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Fault("a record's name is not UTF-8.", e);
        }
        // Nothing is unpacked here, but such a name is made to harm whoever does.
        if (name.Length == 0 || name[0] == '/' || name.AsSpan().IndexOfAny('\\', ':', '\0') >= 0 || name.Split('/').Contains(".."))
            throw Fault($"a record has the name '{Printable.Text(name)}', which leaves the archive.");
        return name;
    }

    private ReadOnlySpan<byte> Bytes(long at, int count, string what) =>
        at >= 0 && at <= _file.Length - count ? _file.Span(at, count) : throw Fault($"{what} lies outside of the file.");

    private uint Crc(long start, long length)
    {
        var crc = uint.MaxValue;
        for (long at = 0; at < length; at += 1 << 20)
            foreach (var b in _file.Span(start + at, (int)Math.Min(length - at, 1 << 20)))
                crc = s_crc[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] CrcTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            table[i] = crc;
        }
        return table;
    }

    private InputException Fault(string fault, Exception? inner = null) => new(_file.Path, _field, fault, InputFaults.CopyAgain, inner);
}
