using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Interp;

namespace AxisDemo.Tests.Interp;

/// <summary>Persona space against scikit-learn's PCA (tests/fixtures/pca).</summary>
public class PersonaSpaceTests
{
    [Theory]
    [InlineData("tall", 24)]
    [InlineData("wide", 9)] // its rank: the tenth component is arbitrary
    public void Components_variances_and_projections_are_those_of_scikit_learn(string set, int rank)
    {
        using var file = SafetensorsFile.Open(Repository.Fixture("pca", "pca.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(Repository.Fixture("pca", "pca.json")));
        var golden = json.RootElement.GetProperty(set);
        float[] Read(string name) => file.TryGet($"{set}.{name}", out var t) ? t.ToFloats() : throw new InvalidOperationException(name);
        var x = Read("X");
        var width = golden.GetProperty("d").GetInt32();
        var count = golden.GetProperty("n").GetInt32();
        var space = PersonaSpace.Fit(Array.ConvertAll(x, v => (double)v), width);

        Assert.Equal(rank, space.Components.Count);
        Assert.Equal(Math.Min(count, width), space.Ratio.Count);
        var components = Read("components");
        var variance = Read("explained_variance");
        var projections = Read("projections");
        for (var k = 0; k < rank; k++)
        {
            Assert.Equal(golden.GetProperty("explained_variance_ratio")[k].GetDouble(), space.Ratio[k], 1e-9);
            Assert.Equal(variance[k], space.Variance[k], 1e-5 * variance[0]);
            for (var j = 0; j < width; j++) Assert.Equal(components[k * width + j], space.Components[k][j], 1e-5);
        }

        for (var i = 0; i < count; i++)
        {
            var projected = space.Project(x.AsSpan(i * width, width));
            for (var k = 0; k < rank; k++) Assert.Equal(projections[i * Math.Min(count, width) + k], projected[k], 1e-3);
        }

        foreach (var percent in golden.GetProperty("components_for_percent_of_variance").EnumerateObject())
            Assert.Equal(percent.Value.GetInt32(), space.ComponentsFor(double.Parse(percent.Name)));
    }

    [Theory]
    [InlineData("tall")]
    [InlineData("wide")]
    public void The_contrast_direction_has_the_golden_cosines_with_the_components(string set)
    {
        using var file = SafetensorsFile.Open(Repository.Fixture("pca", "pca.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(Repository.Fixture("pca", "pca.json")));
        var golden = json.RootElement.GetProperty(set);
        var width = golden.GetProperty("d").GetInt32();
        Assert.True(file.TryGet($"{set}.X", out var x));
        var space = PersonaSpace.Fit(Array.ConvertAll(x.ToFloats(), v => (double)v), width);
        Assert.True(file.TryGet($"{set}.direction", out var direction));
        var vector = Array.ConvertAll(direction.ToFloats(), v => (double)v);
        for (var k = 0; k < space.Components.Count; k++)
            Assert.Equal(golden.GetProperty("cosines")[k].GetDouble(), Statistics.Cosine(vector, space.Components[k]), 1e-6);
    }

    [Fact]
    public void Fewer_than_two_vectors_are_refused() => Assert.Throws<ArgumentException>(() => PersonaSpace.Fit(new double[4], 4));

    [Fact]
    public void Equal_vectors_have_no_component()
    {
        var space = PersonaSpace.Fit([1, 2, 1, 2, 1, 2], 2);
        Assert.Empty(space.Components);
        Assert.All(space.Ratio, r => Assert.Equal(0, r));
    }
}
