namespace TorchSharp;

/// <summary>
/// The signatures of TorchSharp that src/AxisDemo.Torch uses, written by hand, so that it compiles where TorchSharp is not. Nothing here
/// does anything. A test compares them with the real ones; a way to read a tensor other than <see cref="Tensor.cpu"/> is left out on purpose.
/// </summary>
public static class torch
{
    public static readonly Device CPU = null!;

    public static DisposeScope NewDisposeScope() => throw null!;

    public static Device device(string description) => throw null!;

    public static void set_num_threads(int num) => throw null!;

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => throw null!;

    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => throw null!;

    public static Tensor cat(Tensor[] tensors, long dim = 0) => throw null!;

    public static Tensor empty(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => throw null!;

    public static Tensor empty(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => throw null!;

    public static Tensor full(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => throw null!;

    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => throw null!;

    public static Tensor where(Tensor condition, Tensor x, Tensor y) => throw null!;

    public static Tensor zeros(int size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => throw null!;

    public static Tensor zeros(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => throw null!;

    public static Tensor zeros(int dim0, int dim1, int dim2, int dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => throw null!;

    public enum ScalarType : sbyte
    {
        Int64 = 4,
        Float16 = 5,
        Float32 = 6,
        Float64 = 7,
        BFloat16 = 15,
    }

    public enum RoundingMode
    {
        None,
    }

    public class Device
    {
        public DeviceType type => throw null!;
    }

    public static class cuda
    {
        public static bool is_available() => throw null!;

        public static int device_count() => throw null!;
    }

    public static class nn
    {
        public static class functional
        {
            public static Tensor gelu(Tensor x, Modules.GELU.Approximate approximate, bool inplace = false) => throw null!;

            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => throw null!;

            public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false) => throw null!;

            public static Tensor silu(Tensor x, bool inplace = false) => throw null!;
        }
    }

    public class Tensor : IDisposable
    {
        public long NumberOfElements => throw null!;

        public long[] shape => throw null!;

        public Span<byte> bytes { get => throw null!; set => throw null!; }

        public Device device => throw null!;

        public ScalarType dtype => throw null!;

        public Tensor DetachFromDisposeScope() => throw null!;

        public void Dispose() => throw null!;

        public Tensor add(Scalar scalar) => throw null!;

        public Tensor add(Tensor target) => throw null!;

        public Tensor add_(Scalar scalar) => throw null!;

        public Tensor add_(Tensor target) => throw null!;

        public Tensor add_(Tensor target, Scalar alpha) => throw null!;

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => throw null!;

        public Tensor addr_(Tensor vec1, Tensor vec2, float beta = 1.0f, float alpha = 1.0f) => throw null!;

        public Tensor all() => throw null!;

        public Tensor all(long dim, bool keepdim = false) => throw null!;

        public Tensor argmax(long dim, bool keepdim = false) => throw null!;

        public Tensor bitwise_and(Tensor other) => throw null!;

        public Tensor bitwise_right_shift(Tensor other) => throw null!;

        public Tensor bitwise_xor(Tensor other) => throw null!;

        public Tensor clamp_max_(Scalar max) => throw null!;

        public Tensor clamp_min(Scalar min) => throw null!;

        public Tensor clamp_min_(Scalar min) => throw null!;

        public Tensor clone() => throw null!;

        public Tensor contiguous() => throw null!;

        public Tensor copy_(Tensor source, bool nonBlocking = false) => throw null!;

        public Tensor cpu() => throw null!;

        public Tensor cumsum(long dim, ScalarType? type = null) => throw null!;

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => throw null!;

        public Tensor exp() => throw null!;

        public Tensor expand(params long[] sizes) => throw null!;

        public Tensor gather(long dim, Tensor index) => throw null!;

        public Tensor ge(Scalar target) => throw null!;

        public Tensor ge(Tensor target) => throw null!;

        public Tensor gt(Scalar target) => throw null!;

        public Tensor gt(Tensor target) => throw null!;

        public Tensor index_copy_(long dim, Tensor index, Tensor source) => throw null!;

        public Tensor index_select(long dim, Tensor index) => throw null!;

        public Tensor isfinite() => throw null!;

        public Tensor le(Tensor target) => throw null!;

        public Tensor log() => throw null!;

        public Tensor logical_not() => throw null!;

        public Tensor logical_or(Tensor other) => throw null!;

        public Tensor logsumexp(long dim, bool keepdim = false) => throw null!;

        public Tensor lt(Scalar target) => throw null!;

        public Tensor masked_fill(Tensor mask, Scalar value) => throw null!;

        public Tensor masked_fill_(Tensor mask, Scalar value) => throw null!;

        public Tensor matmul(Tensor target) => throw null!;

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => throw null!;

        public Tensor mul(Scalar target) => throw null!;

        public Tensor mul(Tensor target) => throw null!;

        public Tensor mul_(Scalar target) => throw null!;

        public Tensor mul_(Tensor target) => throw null!;

        public Tensor mv(Tensor target) => throw null!;

        public Tensor narrow(long dim, long start, long length) => throw null!;

        public Tensor neg() => throw null!;

        public Tensor permute(params long[] permutation) => throw null!;

        public Tensor pin_memory() => throw null!;

        public Tensor reshape(params long[] shape) => throw null!;

        public Tensor rsqrt() => throw null!;

        public Tensor select(long dim, long index) => throw null!;

        public Tensor softmax(long dim, ScalarType? dtype = null) => throw null!;

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) => throw null!;

        public Tensor square() => throw null!;

        public Tensor squeeze(long? dim = null) => throw null!;

        public Tensor sub(Scalar target) => throw null!;

        public Tensor sub(Tensor target) => throw null!;

        public Tensor sub_(Scalar target) => throw null!;

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => throw null!;

        public Tensor tanh_() => throw null!;

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => throw null!;

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => throw null!;

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => throw null!;

        public Tensor transpose(long dim0, long dim1) => throw null!;

        public Tensor unsqueeze(long dim) => throw null!;

        public Tensor view(params long[] shape) => throw null!;

        public Tensor zero_() => throw null!;
    }
}
