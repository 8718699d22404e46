namespace AxisDemo.Formats;

/// <summary>The tensor infos of a GGUF file: names, shapes, types and places, checked against the data section.</summary>
internal static class GgufTensors
{
    private const int MaxDims = 4;

    /// <summary>Types that GGML has or had and that are not read here, by their number: the message names them.</summary>
    private static readonly Dictionary<uint, string> s_unread = new()
    {
        [4] = "Q4_2 (removed)", [5] = "Q4_3 (removed)", [9] = "Q8_1", [15] = "Q8_K", [16] = "IQ2_XXS", [17] = "IQ2_XS", [18] = "IQ3_XXS",
        [19] = "IQ1_S", [21] = "IQ3_S", [22] = "IQ2_S", [24] = "I8", [25] = "I16", [28] = "F64", [29] = "IQ1_M", [31] = "Q4_0_4_4 (removed)",
        [32] = "Q4_0_4_8 (removed)", [33] = "Q4_0_8_8 (removed)", [34] = "TQ1_0", [35] = "TQ2_0", [36] = "IQ4_NL_4_4 (removed)",
        [37] = "IQ4_NL_4_8 (removed)", [38] = "IQ4_NL_8_8 (removed)", [40] = "NVFP4",
    };

    private const uint I64 = 27;

    private sealed record Info(string Field, string Name, TensorType Type, long[] Shape, long Bytes, ulong Offset);

    public static unsafe List<TensorView> Read(GgufCursor cursor, MappedFile file, int count, ulong keyCount, uint alignment)
    {
        var infos = new List<Info>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var info = ReadInfo(cursor, i, count, keyCount);
            if (!names.Add(info.Name)) throw cursor.Fault("the tensor occurs twice.", "Convert the model again.");
            infos.Add(info);
        }
        if (count == 0) return [];

        var start = (cursor.Position + alignment - 1) / alignment * alignment;
        cursor.Field = "tensor data";
        if (start > file.Length)
            throw cursor.Fault($"should begin at offset {start} and the file has {file.Length} bytes.", InputFaults.CopyAgain);
        foreach (var info in infos) CheckPlace(cursor, info, file.Length - start, alignment);
        CheckOverlap(cursor, infos);
        return infos.ConvertAll(t => new TensorView(t.Name, t.Type, t.Shape, (nint)(file.Start + start + (long)t.Offset), t.Bytes, file.Path) { Mapped = true });
    }

    private static Info ReadInfo(GgufCursor cursor, int index, int count, ulong keyCount)
    {
        cursor.Field = $"tensor info {index} of tensor_count {count} (after kv_count {keyCount} keys)";
        var name = cursor.String("the tensor name");
        if (name.Length == 0) throw cursor.Fault("the tensor name is empty.", InputFaults.CopyAgain);
        cursor.Field = $"tensor info {index}, '{Printable.Text(name)}'";

        var dims = cursor.Read<uint>("its number of dimensions");
        if (dims is 0 or > MaxDims) throw cursor.Fault($"has {dims} dimensions; 1 to {MaxDims} are allowed.", InputFaults.CopyAgain);
        var shape = new long[dims];
        for (var d = shape.Length - 1; d >= 0; d--) // the file has the fastest dimension first
        {
            shape[d] = cursor.Read<long>("its dimensions");
            if (shape[d] <= 0) throw cursor.Fault($"has a dimension of {(ulong)shape[d]}.", InputFaults.CopyAgain);
        }

        var type = ReadType(cursor);
        return new Info(cursor.Field, name, type, shape, TensorSize.Bytes(type, shape, fault => cursor.Fault(fault, InputFaults.CopyAgain)), cursor.Read<ulong>("its offset"));
    }

    private static TensorType ReadType(GgufCursor cursor)
    {
        var id = cursor.Read<uint>("its type");
        if (id == I64) return TensorType.I64;
        var type = (TensorType)id;
        if (id < (uint)TensorType.U8 && Enum.IsDefined(type)) return type;
        var found = s_unread.TryGetValue(id, out var known) ? $"{known}, which this build cannot read" : $"type {id}, which is unknown";
        throw cursor.Fault($"is {found}. Supported: {InputFaults.SupportedTypes}.", "Use the model in one of these types.");
    }

    private static void CheckPlace(GgufCursor cursor, Info info, long available, uint alignment)
    {
        cursor.Field = info.Field;
        if (info.Offset % alignment != 0)
            throw cursor.Fault($"begins at offset {info.Offset}, which is no multiple of the alignment {alignment}.", "Convert the model again.");
        if (info.Bytes > available || info.Offset > (ulong)(available - info.Bytes))
            throw cursor.Fault($"has {info.Bytes} bytes at offset {info.Offset} of the tensor data, which has {available}.", InputFaults.CopyAgain);
    }

    private static void CheckOverlap(GgufCursor cursor, List<Info> infos)
    {
        var ordered = infos.OrderBy(t => t.Offset).ToList(); // stable: of two at one place the later in the file is named
        for (var i = 1; i < ordered.Count; i++)
        {
            if (ordered[i].Offset >= ordered[i - 1].Offset + (ulong)ordered[i - 1].Bytes) continue;
            cursor.Field = ordered[i].Field;
            throw cursor.Fault($"shares bytes with '{Printable.Text(ordered[i - 1].Name)}'.", "Convert the model again.");
        }
    }
}
