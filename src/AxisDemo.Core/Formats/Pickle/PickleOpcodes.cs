namespace AxisDemo.Formats;

/// <summary>The names of the pickle opcodes that are refused, for messages. Source: Python's pickletools.</summary>
internal static class PickleOpcodes
{
    private static readonly Dictionary<byte, string> s_names = new()
    {
        [(byte)'0'] = "POP", [(byte)'1'] = "POP_MARK", [(byte)'2'] = "DUP", [(byte)'B'] = "BINBYTES", [(byte)'C'] = "SHORT_BINBYTES", [(byte)'F'] = "FLOAT",
        [(byte)'I'] = "INT", [(byte)'L'] = "LONG", [(byte)'P'] = "PERSID", [(byte)'T'] = "BINSTRING", [(byte)'U'] = "SHORT_BINSTRING",
        [(byte)'V'] = "UNICODE", [(byte)'d'] = "DICT", [(byte)'g'] = "GET", [(byte)'l'] = "LIST", [(byte)'o'] = "OBJ", [(byte)'p'] = "PUT",
        [0x81] = "NEWOBJ", [0x82] = "EXT1", [0x83] = "EXT2", [0x84] = "EXT4", [0x8E] = "BINBYTES8", [0x8F] = "EMPTY_SET", [0x90] = "ADDITEMS", [0x91] = "FROZENSET",
        [0x92] = "NEWOBJ_EX", [0x96] = "BYTEARRAY8", [0x97] = "NEXT_BUFFER", [0x98] = "READONLY_BUFFER",
    };

    public static string Name(byte opcode) => s_names.TryGetValue(opcode, out var name) ? name : $"0x{opcode:X2}";
}
