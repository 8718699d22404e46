using System.Security.Cryptography;
using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Interp;

/// <summary>
/// What an extraction asks: roles with their system prompts, the default (the model as itself) and the questions. Every role and the
/// default get the same questions; otherwise the axis is about the questions' topics.
/// </summary>
public sealed class PromptSet
{
    /// <summary>The name of the role that is none: the model as itself.</summary>
    public const string DefaultRole = "default";

    /// <summary>A prompt set from its parts; roles are put in the order of their names.</summary>
    /// <exception cref="InputException">A role occurs twice, or there is no role or question.</exception>
    public PromptSet(IEnumerable<RolePrompts> roles, RolePrompts defaultPrompts, IReadOnlyList<string> questions)
    {
        Roles = [.. roles.OrderBy(r => r.Role, StringComparer.Ordinal)];
        Default = defaultPrompts with { Role = DefaultRole };
        Questions = [.. questions];
        if (Roles.Count == 0) throw new InputException("prompt set", "roles", "there is none.");
        if (Questions.Count == 0) throw new InputException("prompt set", "questions", "there is none.");
        for (var i = 1; i < Roles.Count; i++)
            if (Roles[i].Role == Roles[i - 1].Role) throw new InputException("prompt set", "roles", $"'{Roles[i].Role}' occurs twice.");
        if (Roles.Any(r => r.Role == DefaultRole)) throw new InputException("prompt set", "roles", "'default' is among the roles.");
        Hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new object[]
        {
            Roles.Select(r => new object[] { r.Role, r.Prompts }), Default.Prompts, Questions,
        })));
    }

    /// <summary>The roles, by name; the default is not among them.</summary>
    public IReadOnlyList<RolePrompts> Roles { get; }

    /// <summary>The model as itself.</summary>
    public RolePrompts Default { get; }

    /// <summary>The questions, asked of all.</summary>
    public IReadOnlyList<string> Questions { get; }

    /// <summary>sha256, lower-case hex, of roles' names, all prompts and questions in a canonical form: independent of descriptions and layout.</summary>
    public string Hash { get; }

    /// <summary>
    /// Reads a folder of roles (a JSON file each; default.json inside it or beside it) and a file of questions, in this project's
    /// layout or the published one.
    /// </summary>
    /// <exception cref="InputException">Something is missing or malformed; the message names the file.</exception>
    public static PromptSet Open(string rolesFolder, string questionsFile)
    {
        if (!Directory.Exists(rolesFolder)) throw new InputException(rolesFolder, "", "there is no such folder.", "Give a folder of role files (--roles).");
        var files = Directory.GetFiles(rolesFolder, "*.json");
        var inside = Path.Combine(rolesFolder, "default.json");
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(rolesFolder.TrimEnd('/', Path.DirectorySeparatorChar)))!, "default.json");
        var defaults = File.Exists(inside) ? inside : beside;
        if (!File.Exists(defaults)) throw new InputException(rolesFolder, "default.json", "it is neither in the folder nor beside it.", "It holds the prompts of the model as itself.");
        return new PromptSet(files.Where(f => Path.GetFileName(f) != "default.json").Select(PromptFiles.Role), PromptFiles.Role(defaults), PromptFiles.Questions(questionsFile));
    }

    /// <summary>The questions of a file alone, in either layout.</summary>
    /// <exception cref="InputException">It is missing or malformed.</exception>
    public static IReadOnlyList<string> OpenQuestions(string path) => PromptFiles.Questions(path);

    /// <summary>A role's prompts by its name, the default's included; null when there is none.</summary>
    public RolePrompts? Find(string role) => role == DefaultRole ? Default : Roles.FirstOrDefault(r => r.Role == role);
}
