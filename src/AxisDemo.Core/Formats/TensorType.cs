namespace AxisDemo.Formats;

/// <summary>The element types of weights; the numbers are those of GGML's <c>ggml_type</c>.</summary>
public enum TensorType
{
    /// <summary>IEEE single.</summary>
    F32 = 0,
    /// <summary>IEEE half.</summary>
    F16 = 1,
    /// <summary>Blocks of 32: half scale, 4-bit offset by 8.</summary>
    Q4_0 = 2,
    /// <summary>Blocks of 32: half scale and minimum, 4-bit.</summary>
    Q4_1 = 3,
    /// <summary>Blocks of 32: half scale, 5-bit offset by 16.</summary>
    Q5_0 = 6,
    /// <summary>Blocks of 32: half scale and minimum, 5-bit.</summary>
    Q5_1 = 7,
    /// <summary>Blocks of 32: half scale, signed 8-bit.</summary>
    Q8_0 = 8,
    /// <summary>Super-blocks of 256, 2-bit with 4-bit scales and minima per 16.</summary>
    Q2_K = 10,
    /// <summary>Super-blocks of 256, 3-bit with 6-bit scales per 16.</summary>
    Q3_K = 11,
    /// <summary>Super-blocks of 256, 4-bit with 6-bit scales and minima per 32.</summary>
    Q4_K = 12,
    /// <summary>Super-blocks of 256, 5-bit with 6-bit scales and minima per 32.</summary>
    Q5_K = 13,
    /// <summary>Super-blocks of 256, 6-bit with 8-bit scales per 16.</summary>
    Q6_K = 14,
    /// <summary>Blocks of 32: half scale, 4-bit index into a fixed table.</summary>
    IQ4_NL = 20,
    /// <summary>Super-blocks of 256, the table of <see cref="IQ4_NL"/> with 6-bit scales per 32.</summary>
    IQ4_XS = 23,
    /// <summary>Signed 32-bit integers (token ids in golden files, not weights).</summary>
    I32 = 26,
    /// <summary>The upper half of an IEEE single.</summary>
    BF16 = 30,
    /// <summary>Blocks of 32: power-of-two scale, 4-bit floats.</summary>
    MXFP4 = 39,
    /// <summary>Unsigned bytes (masks in golden files, not weights); no GGML number.</summary>
    U8 = 1000,
    /// <summary>Signed 64-bit integers; no weights.</summary>
    I64 = 1001,
}
