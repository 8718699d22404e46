using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Tests.Formats;

public class PublishedFileTests
{
    [Theory]
    [InlineData("a_raw_f32.pt", 6, 8)]
    [InlineData("b_axis_with_metadata.pt", 6, 8)]
    [InlineData("b2_bf16_axis.pt", 10, 16)]
    [InlineData("c_list_of_layers.pt", 6, 8)]
    [InlineData("c2_tuple_of_layers.pt", 3, 8)]
    [InlineData("g_transposed.pt", 6, 4)]
    [InlineData("h_legacy_bf16_list.pt", 3, 8)]
    public void Every_published_form_of_an_axis_is_rows_by_layer(string name, int layers, int width)
    {
        var axis = Assert.IsType<PublishedAxis>(PublishedFile.Read(Repository.Fixture("pt", name)));
        Assert.Equal(layers, axis.Layers.Length);
        Assert.All(axis.Layers, row => Assert.Equal(width, row.Length));
        Assert.Equal(Values(name), axis.Layers.SelectMany(row => row));
    }

    [Fact]
    public void Role_vectors_keep_their_names_types_and_order()
    {
        var roles = Assert.IsType<PublishedRoles>(PublishedFile.Read(Repository.Fixture("pt", "d_role_vectors.pt"))).Roles;
        Assert.True(roles.Count > 1);
        Assert.All(roles, r => Assert.Equal(("pos_3", 6, 8), (r.Type, r.Layers.Length, r.Layers[0].Length)));
        Assert.Equal(Values("d_role_vectors.pt"), roles.SelectMany(r => r.Layers).SelectMany(row => row));
        var one = Assert.Single(Assert.IsType<PublishedRoles>(PublishedFile.Read(Repository.Fixture("pt", "d2_one_role.pt"))).Roles);
        Assert.NotEqual("role", one.Role);
    }

    [Theory]
    [InlineData("e_capping_config.pt")]
    [InlineData("e2_capping_config_tensor_caps.pt")]
    public void A_capping_configuration_keeps_vectors_layers_and_ceilings(string name)
    {
        var capping = Assert.IsType<PublishedCapping>(PublishedFile.Read(Repository.Fixture("pt", name)));
        Assert.Equal([2, 3, 4, 5], capping.Vectors.Values.Select(v => v.Layer));
        Assert.Equal(-2.2530434131622314f, capping.Vectors["layer_2/contrast_role_pos3_default1"].Vector[5]);
        var first = capping.Experiments[0];
        Assert.NotEmpty(first.Caps);
        Assert.All(capping.Experiments.SelectMany(e => e.Caps), c => Assert.True(double.IsFinite(c.Ceiling) && capping.Vectors.ContainsKey(c.Vector)));
        if (name.StartsWith("e2", StringComparison.Ordinal))
            Assert.Equal(("layers_3:4-p0.25", -1.151841640472412), (first.Id, first.Caps[0].Ceiling));
    }

    [Theory]
    [InlineData("x_pickle_self_list.pt", "a list")]
    [InlineData("x_pickle_deep.pt", "a list")]
    [InlineData("x_top_level_string.pt", "the string")]
    [InlineData("x_nonfinite_axis.pt", "layer 1: element 5 is not finite")]
    public void What_is_no_axis_is_refused_with_what_was_found(string name, string found)
    {
        var error = Assert.Throws<InputException>(() => PublishedFile.Read(Repository.Fixture("pt", name)));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("g_empty.pt")]
    [InlineData("g_empty_2d.pt")]
    [InlineData("g_scalar_0d.pt")]
    [InlineData("g_permuted_3d.pt")]
    [InlineData("f_bool.pt")]
    [InlineData("f_all_dtypes.pt")]
    [InlineData("g_many_tensors.pt")]
    public void Other_tensors_are_no_axis(string name) => Assert.Throws<InputException>(() => PublishedFile.Read(Repository.Fixture("pt", name)));

    // All values of all tensors in the golden content, in its order.
    private static List<float> Values(string name)
    {
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("pt", System.IO.Path.ChangeExtension(name, ".json"))));
        var values = new List<float>();
        void Walk(JsonElement e)
        {
            if (e.ValueKind == JsonValueKind.Array) foreach (var item in e.EnumerateArray()) Walk(item);
            else if (e.ValueKind == JsonValueKind.Object && e.TryGetProperty("values", out var numbers)) values.AddRange(numbers.EnumerateArray().Select(n => (float)n.GetDouble()));
            else if (e.ValueKind == JsonValueKind.Object) foreach (var property in e.EnumerateObject()) Walk(property.Value);
        }
        Walk(expected.RootElement.GetProperty("content"));
        return values;
    }
}
