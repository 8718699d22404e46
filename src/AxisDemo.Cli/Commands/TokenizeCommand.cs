using System.CommandLine;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis tokenize</c>: text on stdin to token ids.</summary>
internal static class TokenizeCommand
{
    private const long LongestText = 64 << 20;

    public static Command Create()
    {
        var model = CommonOptions.Model();
        var plain = new Option<bool>("--plain") { Description = "Strings of special tokens in the text stay text." };
        var json = CommonOptions.Json();
        var command = new Command("tokenize", "Turns the text on stdin into token ids. No beginning-of-sequence token is added.") { model, plain, json };
        command.SetAction(parsed =>
        {
            var tokenizer = ModelFile.OpenTokenizer(CommonOptions.ModelPath(parsed, model));
            var ids = tokenizer.Encode(Input.ReadText(LongestText), parseSpecial: !parsed.GetValue(plain));
            if (parsed.GetValue(json)) Output.Json(new { ids, pieces = ids.Select(id => Convert.ToHexStringLower(tokenizer.Bytes(id))) });
            else Output.Line(string.Join(',', ids));
            return CommandLine.Done;
        });
        return command;
    }
}
