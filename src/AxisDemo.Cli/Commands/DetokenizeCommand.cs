using System.CommandLine;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis detokenize</c>: token ids to text, byte for byte, no line end added.</summary>
internal static class DetokenizeCommand
{
    public static Command Create()
    {
        var model = CommonOptions.Model();
        var ids = new Option<string>("--ids") { Description = "Token ids: 1,2,3.", HelpName = "IDS", Required = true };
        var json = CommonOptions.Json();
        var command = new Command("detokenize", "Turns token ids into text; special tokens are kept, incomplete characters become U+FFFD.") { model, ids, json };
        command.SetAction(parsed =>
        {
            var tokenizer = ModelFile.OpenTokenizer(CommonOptions.ModelPath(parsed, model));
            var text = tokenizer.Decode(PromptOptions.ParseIds(parsed.GetRequiredValue(ids), tokenizer.VocabularySize));
            if (parsed.GetValue(json)) Output.Json(new { text });
            else Output.Text(text);
            return CommandLine.Done;
        });
        return command;
    }
}
