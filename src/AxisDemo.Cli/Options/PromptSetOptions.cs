using System.CommandLine;
using AxisDemo.Formats;
using AxisDemo.Interp;

namespace AxisDemo.Cli;

/// <summary>Roles and questions: the project's own, or those given.</summary>
internal sealed class PromptSetOptions
{
    private readonly Option<string?> roles = new("--roles") { Description = "A folder of role files; default.json lies in it or beside it. Default: prompts/roles.", HelpName = "DIR" };
    private readonly Option<string?> questions = new("--questions") { Description = "A file of questions (.json or .jsonl). Default: prompts/questions.json.", HelpName = "F" };

    public void AddTo(Command command)
    {
        command.Options.Add(roles);
        command.Options.Add(questions);
    }

    public PromptSet Read(ParseResult parsed) =>
        PromptSet.Open(parsed.GetValue(roles) ?? Own("roles", "--roles"), parsed.GetValue(questions) ?? Own("questions.json", "--questions"));

    /// <summary>A file or folder of the project's own prompts: looked for from the working folder upwards, then from the program's.</summary>
    public static string Own(string name, string option) =>
        Surroundings.Current.OwnFolders().Select(folder => Path.Combine(folder, "prompts", name)).FirstOrDefault(Path.Exists)
            ?? throw new InputException(option, "", $"it is not given, and no prompts/{name} was found.", $"Give {option} PATH.");
}
