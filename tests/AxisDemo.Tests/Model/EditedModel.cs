using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Loading;
using AxisDemo.Tests.Formats;

namespace AxisDemo.Tests.Model;

/// <summary>A tiny GGUF model with other keys, opened as a file.</summary>
internal static class EditedModel
{
    private static readonly int[] s_ids = [1, 50, 60, 70, 80, 90];

    public static GgufEdit Of(string family) => GgufEdit.Of(Repository.Fixture("tiny-models", family, $"{family}.gguf"));

    /// <summary>The numbers, without the weights.</summary>
    public static (ModelConfig Config, string[] Warnings) Open(this GgufEdit edit) => edit.With(path =>
    {
        using var source = ModelSource.Open(path);
        return (source.Config, source.Warnings.ToArray());
    });

    /// <summary>The logits of six tokens.</summary>
    public static float[] Logits(this GgufEdit edit) => edit.With(path => Logits(path));

    /// <inheritdoc cref="Logits(GgufEdit)"/>
    public static float[] Logits(string path, KernelPath kernels = KernelPath.Scalar)
    {
        using var model = TestModel.Open(path, kernels, threads: 1);
        return Inspector.Run(model.Transformer, s_ids).Logits;
    }

    /// <summary>The key that it is refused for.</summary>
    public static string Refused(this GgufEdit edit) => Assert.Throws<InputException>(() => edit.Logits()).Field;

    private static T With<T>(this GgufEdit edit, Func<string, T> use)
    {
        using var folder = new TemporaryFolder();
        return use(edit.Save(folder.File("model.gguf")));
    }
}
