using AxisDemo.Formats;
using AxisDemo.Interp;

namespace AxisDemo.Tests.Interp;

public class CalibrationTests
{
    private static readonly AxisFile Axis = new(new AxisParts
    {
        Layers = 2,
        Width = 3,
        Axis = [0, 1, 0, 0, 1, 0],
        Provenance = new AxisProvenance { DisplayLayer = 1, ModelSha256 = new string('d', 64), ModelName = "Scripted" },
        PercentileTable = [.. Enumerable.Range(0, 2 * AxisFile.Percentiles).Select(i => (float)(i % AxisFile.Percentiles))],
    });

    private static CalibrationOptions Options(params CapSetting[] settings) => new()
    {
        Settings = settings,
        Roles = [("bard", "sing"), ("ghost", "haunt")],
        Questions = ["who?", "why?"],
        Ordinary = ["sum?", "list?"],
        MaxTokens = 6,
    };

    [Fact]
    public async Task Role_expression_and_price_are_what_the_model_makes_them()
    {
        var model = new ScriptedGenerator();
        var table = await new Calibration(model, model, Axis, Options(new CapSetting(0, 2, 75), new CapSetting(1, 2, 50))).RunAsync(null, default);
        Assert.Equal(0.5, table.PlainRoleExpression, 6);
        Assert.Equal(-2, table.PlainLogProb, 6);
        Assert.Equal(["bard", "ghost"], table.Roles);
        Assert.Equal([(0, 2, 75.0), (1, 2, 50.0)], table.Rows.Select(r => (r.From, r.To, r.Percentile)));
        Assert.All(table.Rows, r =>
        {
            Assert.Equal(0, r.RoleExpression, 6);
            Assert.Equal(-1, r.Change, 6);
            Assert.Equal(0.25, r.Price, 6);
            Assert.Equal(4, r.Answers);
        });
        Assert.Equal(0.5, table.Rows[0].Lifted, 6);
        Assert.Equal(1, table.Rows[1].Lifted, 6);
    }

    [Fact]
    public async Task A_cap_that_is_not_possible_is_refused_before_any_work()
    {
        var model = new ScriptedGenerator();
        await Assert.ThrowsAsync<InputException>(() => new Calibration(model, model, Axis, Options(new CapSetting(0, 2, 75), new CapSetting(1, 3, 75))).RunAsync(null, default));
        Assert.Equal(0, model.Requests);
    }

    [Fact]
    public void The_choice_is_the_cheapest_that_takes_away_enough_else_the_most_that_is_affordable()
    {
        static CalibrationRow Row(int from, double change, double price) =>
            new() { From = from, To = 9, Percentile = 50, Change = change, Price = price, RoleExpression = 0, Lifted = 0, Answers = 1 };
        var table = new CalibrationTable(0.3, -1, [], 5, 56, 1, [Row(1, -0.5, 0.05), Row(2, -0.7, 0.12), Row(3, -0.71, 0.14), Row(4, -1, 0.3)]);
        Assert.Equal(2, Calibration.Choose(table, 0.7, 0.15)!.From);
        Assert.Equal(1, Calibration.Choose(table, 0.5, 0.15)!.From);
        Assert.Equal(3, Calibration.Choose(table, 0.9, 0.15)!.From);
        Assert.Equal(4, Calibration.Choose(table, 0.9, 1)!.From);
        Assert.Null(Calibration.Choose(table, 0.7, 0.01));
    }

    [Fact]
    public void The_embedded_axis_is_calibrated_and_recommends_what_its_own_table_says()
    {
        var axis = AxisFile.Open(Path.Combine(Repository.Root, "models", "SmolLM2-135M-Instruct.axis.safetensors"));
        Assert.Equal(Calibration.Choose(axis.Calibration!, 0.7, 0.15), axis.Recommended);
        Assert.True(axis.Recommended!.Change < -0.5);
        Assert.All(axis.Parts.Report.Where(r => r.Layer is >= 19 and <= 26), r => Assert.True(r.CosinePc1 > 0.75 && r.SplitRollouts > 0.85));
        Assert.Equal(PromptSetTests.Own.Hash, axis.Provenance.PromptSetHash);
        Assert.Equal(21, axis.DisplayLayer);
        var places = axis.Roles.ToDictionary(r => r.Role, r => r.Projection);
        Assert.True(places["assistant"] > places["teacher"] && places["teacher"] > places["poet"] && places["poet"] > places["vampire"]);
    }
}
