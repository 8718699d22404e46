namespace TorchSharp
{
    public enum DeviceType
    {
        CPU = 0,
        CUDA = 1,
    }

    public sealed class DisposeScope : IDisposable
    {
        public void Dispose() => throw null!;
    }

    public sealed class Scalar
    {
        public static implicit operator Scalar(int value) => throw null!;

        public static implicit operator Scalar(long value) => throw null!;

        public static implicit operator Scalar(float value) => throw null!;

        public static implicit operator Scalar(double value) => throw null!;
    }
}

namespace TorchSharp.Modules
{
    public sealed class GELU
    {
        public enum Approximate
        {
            none,
            tanh,
        }
    }
}
