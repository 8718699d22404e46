using System.CommandLine;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis template</c>: a conversation as the model's own chat template writes it, byte for byte.</summary>
internal static class TemplateCommand
{
    public static Command Create()
    {
        var model = CommonOptions.Model();
        var messages = PromptOptions.MessagesOption(required: true);
        var noPrompt = new Option<bool>("--no-generation-prompt") { Description = "Leave out the header of the coming answer." };
        var set = PromptOptions.SetOption();
        var json = CommonOptions.Json();
        var command = new Command("template", "Renders a conversation with the model's own chat template.") { model, messages, noPrompt, set, json };
        command.SetAction(parsed =>
        {
            var (tokenizer, template) = ModelFile.OpenText(CommonOptions.ModelPath(parsed, model));
            var conversation = PromptOptions.ReadMessages(parsed.GetValue(messages)!);
            var parts = template.Render(conversation, !parsed.GetValue(noPrompt), PromptOptions.Variables(tokenizer, parsed.GetValue(set)!));
            var text = string.Concat(parts.Select(p => p.Text));
            if (parsed.GetValue(json)) Output.Json(new { text, parts });
            else Output.Text(text);
            return CommandLine.Done;
        });
        return command;
    }
}
