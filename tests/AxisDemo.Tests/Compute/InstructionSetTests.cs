using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Tests.Compute;

/// <summary>One step through the vector path. The expected digest is the same on every processor and every thread count.</summary>
public class VectorPathBitsTests
{
    private const string Expected = "06475B778D2E5581";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void The_vector_path_has_the_same_bits_everywhere(int threads)
    {
        using var data = new KernelData(1);
        using var ops = new CpuOps(new CpuOptions { Threads = threads });
        const int Width = 96, Wide = 136, Rows = 7, Heads = 4, HeadDim = 24;
        IBuffer x = ops.Buffer(Width), q = ops.Buffer(Width), k = ops.Buffer(Width), v = ops.Buffer(Width), gate = ops.Buffer(Wide), up = ops.Buffer(Wide), logits = ops.Buffer(50);
        IWeight[] w = [.. new[] { TensorType.Q4_1, TensorType.Q4_0, TensorType.Q8_0, TensorType.F16 }.Select(t => ops.Matrix(data.Matrix(t, Width, Width)))];
        IWeight wide = ops.Matrix(data.Matrix(TensorType.Q4_1, Wide, Width)), bf16 = ops.Matrix(data.Matrix(TensorType.BF16, Wide, Width)), head = ops.Matrix(data.Matrix(TensorType.F32, 50, Width));
        var gain = ops.Vector(data.Floats(Width));
        var store = ops.KeyValues(1, Heads, HeadDim, 4);
        store.EnsurePages(2);
        ops.Begin(KernelData.Rows(Rows, 0, 1, 0), Width);
        data.Fill(ops, x, data.Floats(Rows * Width, 3));
        ops.RmsNorm(x, gain, 1e-5f, x);
        ops.MatMul(x, new(w[0], gain, q), new(w[1], null, k), new(w[2], null, v));
        ops.Attend(q, k, v, store, 0, new AttentionSettings(Heads, Heads, HeadDim, 0.2f, 5, 4), q);
        ops.MatMul(q, new MatMulOutput(w[3], null, k));
        ops.Add(x, k);
        ops.MatMul(x, new(wide, null, gate), new(bf16, null, up));
        ops.Gate(gate, up, Activation.Silu, up);
        ops.Gate(gate, up, Activation.GeluTanh, gate);
        ops.Head(x, Rows, head, 7, logits);
        ops.Project(x, gain, 0, Rows, 0);
        ops.End();
        float[] all = [.. KernelData.Read(ops, x, Rows), .. KernelData.Read(ops, gate, Rows), .. KernelData.Read(ops, logits, Rows), .. ops.Results];
        Assert.All(all, f => Assert.True(float.IsFinite(f)));
        Assert.Equal(Expected, Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(all)))[..16]);
    }
}

/// <summary>The types whose codes are planes of bits: the same digest on every processor.</summary>
public class PackedBitsTests
{
    [Theory]
    [InlineData(TensorType.Q5_0, "AACCEED569DF8BB8")]
    [InlineData(TensorType.Q5_1, "4DF628819F2D1960")]
    [InlineData(TensorType.Q2_K, "020217E42C0D1B2D")]
    [InlineData(TensorType.Q3_K, "B25045F322A80A10")]
    [InlineData(TensorType.Q4_K, "397EA110B09AE892")]
    [InlineData(TensorType.Q5_K, "26B3180AC53B6794")]
    [InlineData(TensorType.Q6_K, "4A68B6E14431CA84")]
    public void A_product_has_the_same_bits_everywhere(TensorType type, string digest)
    {
        using var data = new KernelData(5);
        using var ops = new CpuOps(new CpuOptions { Threads = 2 });
        const int Inputs = 768, Outputs = 45, Rows = 6;
        IBuffer x = ops.Buffer(Inputs), y = ops.Buffer(Outputs);
        ops.Begin(KernelData.Rows(Rows), 0);
        data.Fill(ops, x, data.Floats(Rows * Inputs, 3));
        ops.MatMul(x, new MatMulOutput(ops.Matrix(data.Matrix(type, Outputs, Inputs)), null, y));
        ops.End();
        var all = KernelData.Read(ops, y, Rows);
        Assert.All(all, f => Assert.True(float.IsFinite(f)));
        Assert.Equal(digest, Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<float>(all)))[..16]);
    }
}

/// <summary>The same tests in processes that are told to do without this processor's wide instructions.</summary>
public class InstructionSetTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVXVNNI")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task The_kernels_hold_without(string instructions)
    {
        var assembly = typeof(InstructionSetTests).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(assembly);
        foreach (var argument in new[] { "--no-progress", "--filter-class", typeof(VectorPathBitsTests).FullName!, typeof(PackedBitsTests).FullName!, typeof(HalfWeightTests).FullName!, typeof(Int8WeightTests).FullName!, typeof(VectorMathTests).FullName! })
            start.ArgumentList.Add(argument);
        start.Environment[instructions] = "0";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await output + await errors);
        Assert.Contains("failed: 0", await output, StringComparison.Ordinal);
    }
}
