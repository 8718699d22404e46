using System.Globalization;
using System.Text.Json.Nodes;

namespace AxisDemo.Tests.Web.Api;

/// <summary>A request that was changed in one place.</summary>
/// <param name="Field">The place as a fault names it: <c>messages[0].role</c>.</param>
/// <param name="Body">The request.</param>
internal sealed record Change(string Field, JsonNode Body);

/// <summary>
/// Walks a request together with its schema, and changes it in one place at a time: a field missing, null, of every other type, unknown,
/// at each bound and beyond it.
/// </summary>
/// <param name="book">The schemas.</param>
/// <param name="request">The request; all its fields are allowed.</param>
/// <param name="longest">Bounds of lists and texts beyond this are not tried.</param>
internal sealed class RequestWalk(SchemaBook book, JsonNode request, int longest = 1000)
{
    private static readonly string[] AnyType = ["null", "true", "false", "\"x\"", "\"\"", "-1", "0", "1.5", "[]", "[null]", "[5]", "[\"x\"]", "{}", "{\"x\":1}"];

    /// <summary>Fields that the schema has and the request has not: nothing that is described may be left out of the walk.</summary>
    public HashSet<string> Untried { get; } = [];

    public IEnumerable<Change> Changes(JsonNode schema) => Under(schema, request, "", body => body);

    /// <summary>Each field that has a default: the request without it, and with it.</summary>
    public IEnumerable<(string Field, JsonNode Without, JsonNode With)> Defaults(JsonNode schema) => Fields(schema, request, "", body => body)
        .Where(f => f.Holds["default"] is not null).Select(f => (f.Field, Changed(f.Parent, p => p.AsObject().Remove(f.Name)), Changed(f.Parent, p => p[f.Name] = f.Holds["default"]!.DeepClone())));

    private IEnumerable<Change> Under(JsonNode schema, JsonNode value, string at, Func<JsonNode, JsonNode> find)
    {
        foreach (var (field, name, holds, parent) in Fields(schema, value, at, find))
        {
            yield return new Change(field, Changed(parent, p => p.AsObject().Remove(name)));
            foreach (var other in AnyType.Concat(Edges(holds))) yield return new Change(field, Changed(parent, p => p[name] = JsonNode.Parse(other)));
            foreach (var most in book.Branches(holds).Select(b => b["maxItems"]).OfType<JsonNode>().Select(m => m.GetValue<int>()).Where(m => m <= longest))
                foreach (var count in new[] { most, most + 1 })
                    yield return new Change(field, Changed(parent, p => p[name] = new JsonArray([.. Enumerable.Repeat(p[name]!.AsArray()[^1]!, count).Select(item => item.DeepClone())])));
        }

        foreach (var (field, parent) in Objects(schema, value, at, find)) yield return new Change(field, Changed(parent, p => p["wacht"] = 1));
    }

    // A request's objects, the outermost first; where a fault says that one has a field too many.
    private IEnumerable<(string Field, Func<JsonNode, JsonNode> Parent)> Objects(JsonNode schema, JsonNode value, string at, Func<JsonNode, JsonNode> find) =>
        Fields(schema, value, at, find).Select(f => (f.Field[..^f.Name.Length], f.Parent)).DistinctBy(f => f.Item1).Select(f => (f.Item1 + "wacht", f.Parent));

    private IEnumerable<(string Field, string Name, JsonNode Holds, Func<JsonNode, JsonNode> Parent)> Fields(JsonNode schema, JsonNode value, string at, Func<JsonNode, JsonNode> find)
    {
        if (value is JsonArray list)
        {
            var items = book.Branches(schema).Select(b => b["items"]).OfType<JsonNode>().First();
            for (var i = 0; i < list.Count; i++)
            {
                var index = i;
                foreach (var field in Fields(items, list[i]!, $"{at}[{i}]", body => find(body)[index]!)) yield return field;
            }
        }
        else if (value is JsonObject fields)
        {
            // Of several kinds, the one that the object is of.
            var type = book.Branches(schema).Where(b => b["properties"] is not null).First(b => b["properties"]!["kind"]?["enum"] is not JsonArray kinds || kinds.Any(kind => (string?)kind == (string?)fields["kind"]));
            foreach (var (name, holds) in type["properties"]!.AsObject())
            {
                var field = at.Length > 0 ? $"{at}.{name}" : name;
                if (fields[name] is not { } inner)
                {
                    Untried.Add(field);
                    continue;
                }

                yield return (field, name, holds!, find);
                foreach (var deeper in Fields(holds!, inner, field, body => find(body)[name]!)) yield return deeper;
            }
        }
    }

    private JsonNode Changed(Func<JsonNode, JsonNode> parent, Action<JsonNode> change)
    {
        var body = request.DeepClone();
        change(parent(body));
        return body;
    }

    private IEnumerable<string> Edges(JsonNode holds)
    {
        foreach (var branch in book.Branches(holds))
        {
            foreach (var bound in new[] { branch["minimum"], branch["maximum"], branch["exclusiveMinimum"] }.OfType<JsonNode>().Select(b => decimal.Parse(b.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)))
                foreach (var beside in branch["type"]!.ToJsonString().Contains("integer", StringComparison.Ordinal) ? [0, 1, -1] : new[] { 0, 0.125m, -0.125m }) yield return (bound + beside).ToString(CultureInfo.InvariantCulture);
            if ((string?)branch["format"] == "int32") yield return "3.0";
            foreach (var one in branch["enum"]?.AsArray() ?? []) yield return one!.ToJsonString();
            if (branch["maxLength"]?.GetValue<int>() is { } most && most <= longest)
                foreach (var text in new[] { new string('x', most), new string('x', most + 1), string.Concat(Enumerable.Repeat("🙂", most)), string.Concat(Enumerable.Repeat("🙂", most + 1)) })
                    yield return JsonValue.Create(text).ToJsonString();
        }
    }
}
