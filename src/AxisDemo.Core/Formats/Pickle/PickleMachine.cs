using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace AxisDemo.Formats;

/// <summary>A name that a pickle refers to: never resolved, only compared with the few that are allowed.</summary>
internal readonly record struct PickleGlobal(string Module, string Name)
{
    public override string ToString() => Printable.Text($"{Module}.{Name}");
}

/// <summary>
/// Interprets the part of Python's pickle language (protocols 2 to 5) that PyTorch uses to describe tensors and plain containers.
/// An opcode or a global that is not on the list ends the reading by its name, also when nothing would call it.
/// Lengths are believed as far as the bytes go, the number of steps is bounded, and nothing recurses.
/// Source: Python's pickletools (opcode table).
/// </summary>
internal sealed class PickleMachine
{
    // A tensor takes about 25 steps, so this is some 40,000 tensors; each step makes one small object at most.
    private const int MostSteps = 1_000_000;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _path;
    private readonly string _field;
    private readonly TorchBuilder? _builder;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<uint, object?> _memo = [];

    private PickleMachine(string path, string field, TorchBuilder? builder) => (_path, _field, _builder) = (path, field, builder);

    /// <summary>Reads one pickle from the front.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="field">The part of it, for messages.</param>
    /// <param name="bytes">The pickle, and maybe more behind it.</param>
    /// <param name="builder">Builds what the pickle calls for; without it, it may call for nothing.</param>
    /// <param name="length">Bytes up to and including STOP.</param>
    public static object? Read(string path, string field, ReadOnlySpan<byte> bytes, TorchBuilder? builder, out int length)
    {
        var machine = new PickleMachine(path, field, builder);
        var cursor = new Cursor(bytes, machine);
        for (var steps = 0; ; steps++)
        {
            if (steps == MostSteps) throw machine.Fault($"has more than {MostSteps} steps.");
            var at = cursor.Position;
            var op = cursor.Byte();
            if (op == (byte)'.')
            {
                length = cursor.Position;
                if (machine._marks.Count > 0 || machine._stack.Count != 1) throw machine.Fault($"ends with {machine._stack.Count} values instead of one.");
                return machine._stack[0];
            }
            machine.Step(op, at, ref cursor);
        }
    }

    /// <summary>How a message calls a value.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "None",
        string text => $"the string '{Printable.Text(text)}'",
        PickleGlobal global => $"'{global}'",
        TorchList list => list.IsTuple ? "a tuple" : "a list",
        TorchDictionary => "a dict",
        TorchTensor tensor => $"a tensor [{string.Join(", ", tensor.Shape)}]",
        TorchStorage => "a storage",
        BigInteger => "an integer beyond 64 bits",
        _ => $"{value}",
    };

    private void Step(byte op, int at, ref Cursor cursor)
    {
        switch (op)
        {
            case 0x80: Protocol(cursor.Byte()); break;
            case 0x95: cursor.CheckLength(BinaryPrimitives.ReadUInt64LittleEndian(cursor.Take(8)), "a frame"); break;

            case (byte)'N': _stack.Add(null); break;
            case 0x88: _stack.Add(true); break;
            case 0x89: _stack.Add(false); break;
            case (byte)'K': _stack.Add((long)cursor.Byte()); break;
            case (byte)'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(cursor.Take(2))); break;
            case (byte)'J': _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(cursor.Take(4))); break;
            case 0x8A: PushInteger(cursor.Take(cursor.Byte())); break;
            case 0x8B: PushInteger(cursor.Counted(cursor.UInt32(), "an integer")); break;
            case (byte)'G': _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(cursor.Take(8))); break;
            case (byte)'S': _stack.Add(Quoted(cursor.Line())); break;
            case 0x8C: _stack.Add(Text(cursor.Take(cursor.Byte()))); break;
            case (byte)'X': _stack.Add(Text(cursor.Counted(cursor.UInt32(), "a string"))); break;
            case 0x8D: _stack.Add(Text(cursor.Counted(BinaryPrimitives.ReadUInt64LittleEndian(cursor.Take(8)), "a string"))); break;

            case (byte)'(': _marks.Push(_stack.Count); break;
            case (byte)')': _stack.Add(new TorchList(isTuple: true, [])); break;
            case 0x85: _stack.Add(new TorchList(isTuple: true, Pop(1))); break;
            case 0x86: _stack.Add(new TorchList(isTuple: true, Pop(2))); break;
            case 0x87: _stack.Add(new TorchList(isTuple: true, Pop(3))); break;
            case (byte)'t': _stack.Add(new TorchList(isTuple: true, PopToMark())); break;
            case (byte)']': _stack.Add(new TorchList(isTuple: false, [])); break;
            case (byte)'a': Append(Pop(1)); break;
            case (byte)'e': Append(PopToMark()); break;
            case (byte)'}': _stack.Add(new TorchDictionary(isOrdered: false)); break;
            case (byte)'s': SetItems(Pop(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;

            case (byte)'q': _memo[cursor.Byte()] = Top(); break;
            case (byte)'r': _memo[cursor.UInt32()] = Top(); break;
            case 0x94: _memo[(uint)_memo.Count] = Top(); break;
            case (byte)'h': _stack.Add(Recall(cursor.Byte())); break;
            case (byte)'j': _stack.Add(Recall(cursor.UInt32())); break;

            case (byte)'c': _stack.Add(Global(cursor.Line(), cursor.Line())); break;
            case 0x93:
                if (Pop(2) is not [string module, string name]) throw Fault("STACK_GLOBAL without two strings.");
                _stack.Add(Global(module, name));
                break;
            case (byte)'Q': _stack.Add(Builder().Storage(Pop(1)[0])); break;
            case (byte)'R':
                var call = Pop(2);
                _stack.Add(Builder().Call(call[0], call[1]));
                break;
            case (byte)'b': SetState(Pop(1)[0]); break;
            case (byte)'i': throw Forbidden(new PickleGlobal(cursor.Line(), cursor.Line()));
            default: throw Fault($"has the opcode {PickleOpcodes.Name(op)} at byte {at}, which is not read: only opcodes that build tensors and plain containers are.");
        }
    }

    private void Protocol(byte version)
    {
        if (version is < 2 or > 5) throw Fault($"has protocol {version}; 2 to 5 are read.");
    }

    private object? Top() => _stack.Count > Floor() ? _stack[^1] : throw Fault("takes a value where there is none.");

    // Values below the last mark belong to a container that is not finished.
    private int Floor() => _marks.TryPeek(out var mark) ? mark : 0;

    private List<object?> Pop(int count)
    {
        var from = _stack.Count - count;
        if (from < Floor()) throw Fault("takes a value where there is none.");
        var values = _stack.GetRange(from, count);
        _stack.RemoveRange(from, count);
        return values;
    }

    private List<object?> PopToMark()
    {
        if (_marks.Count == 0) throw Fault("ends a container that has no beginning.");
        var mark = _marks.Pop();
        return Pop(_stack.Count - mark);
    }

    private void Append(List<object?> values)
    {
        if (Top() is not TorchList { IsTuple: false } list) throw Fault($"appends to {Describe(Top())}.");
        list.Storage.AddRange(values);
    }

    private void SetItems(List<object?> values)
    {
        if (Top() is not TorchDictionary dictionary) throw Fault($"sets an item of {Describe(Top())}.");
        if (values.Count % 2 != 0) throw Fault("sets a key without a value.");
        for (var i = 0; i < values.Count; i += 2)
            dictionary.Set(values[i] is string or long ? values[i]! : throw Fault($"has {Describe(values[i])} as a key; strings and integers are read."), values[i + 1]);
    }

    // torch's state dicts carry an attribute (_metadata) this way; it says nothing about the tensors.
    private void SetState(object? state)
    {
        if (Top() is not TorchDictionary { IsOrdered: true } || state is not TorchDictionary) throw Fault($"sets the state of {Describe(Top())}, which is not read.");
    }

    private object? Recall(uint index) => _memo.TryGetValue(index, out var value) ? value : throw Fault($"recalls memo {index}, which was never stored.");

    private PickleGlobal Global(string module, string name)
    {
        var global = new PickleGlobal(module, name);
        return _builder is not null && TorchBuilder.IsAllowed(global) ? global : throw Forbidden(global);
    }

    private TorchBuilder Builder() => _builder ?? throw Fault("builds an object where plain values are expected.");

    private InputException Forbidden(PickleGlobal global) => Fault($"asks for '{global}', which is not allowed: a pickle can run code, and only what builds tensors is read.");

    // Protocol 0 writes strings as Python literals; only those without an escape are what they look like.
    private string Quoted(string literal) =>
        literal.Length >= 2 && (literal[0] is '\'' or '"') && literal[^1] == literal[0] && !literal.Contains('\\', StringComparison.Ordinal)
            ? literal[1..^1]
            : throw Fault("holds a string literal with escapes, which is not read.");

    private string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Fault("holds a string that is not UTF-8.", e);
        }
    }

    private void PushInteger(ReadOnlySpan<byte> bytes)
    {
        var value = new BigInteger(bytes); // two's complement, little-endian, as Python writes it
        var fits = value >= long.MinValue && value <= long.MaxValue;
        _stack.Add(fits ? (long)value : (object)value);
    }

    private InputException Fault(string fault, Exception? inner = null) =>
        new(_path, _field, fault, "The file was not used. Get it from where it was made, or convert it to safetensors there.", inner);

    private ref struct Cursor(ReadOnlySpan<byte> bytes, PickleMachine machine)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public int Position { get; private set; }

        public byte Byte() => Take(1)[0];

        public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

        public ReadOnlySpan<byte> Take(int count)
        {
            if (count > _bytes.Length - Position) throw machine.Fault($"ends early: {count} bytes are needed at byte {Position} of {_bytes.Length}.");
            Position += count;
            return _bytes.Slice(Position - count, count);
        }

        public readonly void CheckLength(ulong count, string what)
        {
            if (count > (ulong)(_bytes.Length - Position)) throw machine.Fault($"has {what} of {count} bytes at byte {Position} of {_bytes.Length}.");
        }

        public ReadOnlySpan<byte> Counted(ulong count, string what)
        {
            CheckLength(count, what);
            return Take((int)count);
        }

        public string Line()
        {
            var end = _bytes[Position..].IndexOf((byte)'\n');
            if (end < 0) throw machine.Fault($"ends inside a name at byte {Position}.");
            var line = machine.Text(Take(end));
            Position++;
            return line;
        }
    }
}
