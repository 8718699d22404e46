namespace AxisDemo.Formats;

/// <summary>
/// A named tensor inside a mapped file: no copy, valid as long as the file that gave it is open.
/// <paramref name="Shape"/> is row-major, slowest dimension first ([rows, columns] of a matrix), whatever order the file stores.
/// </summary>
/// <param name="Name">The tensor's name in its file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Row-major shape, slowest first; empty for a scalar.</param>
/// <param name="Data">First byte.</param>
/// <param name="Bytes">Length in bytes, checked against the file's.</param>
/// <param name="File">The file's path, for error messages.</param>
public sealed unsafe record TensorView(string Name, TensorType Type, long[] Shape, nint Data, long Bytes, string File)
{
    /// <summary>
    /// The bytes are pages of a mapped, unchanged file: the operating system can drop them from memory and read them again.
    /// Never set for memory that has no file behind it; there, dropping pages loses the data.
    /// </summary>
    public bool Mapped { get; init; }

    /// <summary>Number of elements.</summary>
    public long Count
    {
        get
        {
            long n = 1;
            foreach (var d in Shape) n = checked(n * d);
            return n;
        }
    }

    /// <summary>Length of a row: the last dimension (1 for a scalar).</summary>
    public int Columns => Shape.Length == 0 ? 1 : checked((int)Shape[^1]);

    /// <summary>Number of rows: the product of all dimensions but the last.</summary>
    public long Rows => Columns == 0 ? 0 : Count / Columns;

    /// <summary>Bytes of one row. Rows of every type begin on a byte boundary; block types need whole blocks, which the readers check.</summary>
    public long RowBytes => Rows == 0 ? 0 : Bytes / Rows;

    /// <summary>First byte of a row.</summary>
    public byte* Row(long row) => (byte*)Data + row * RowBytes;
}
