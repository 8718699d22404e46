using System.ComponentModel.DataAnnotations;

namespace AxisDemo.Web.Hosting;

/// <summary>What one visitor, and all of them, may ask for: the section <c>Limits</c>.</summary>
public sealed class LimitOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Limits";

    /// <summary>Longest answer, tokens. Default 512.</summary>
    [Range(1, 32768, ErrorMessage = "Limits:MaxTokens must lie between 1 and 32768.")]
    public int MaxTokens { get; set; } = 512;

    /// <summary>Longest message or system prompt, characters. Default 8,000.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Limits:MessageCharacters must lie between 1 and 1000000.")]
    public int MessageCharacters { get; set; } = 8_000;

    /// <summary>Most messages in one request of the hub. Default 64.</summary>
    [Range(1, 4096, ErrorMessage = "Limits:Messages must lie between 1 and 4096.")]
    public int Messages { get; set; } = 64;

    /// <summary>Answers that one address may ask for in a minute, by page, hub and REST together; a turn of the page asks for one in each column. Default 120.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Limits:AnswersPerMinute must lie between 1 and 1000000.")]
    public int AnswersPerMinute { get; set; } = 120;

    /// <summary>Answers that one address may have running at the same time. Default 32. For all together, see <see cref="EngineSettings.MaxRunning"/>.</summary>
    [Range(1, 100_000, ErrorMessage = "Limits:AnswersAtOnce must lie between 1 and 100000.")]
    public int AnswersAtOnce { get; set; } = 32;

    /// <summary>Requests that one hub connection may have running. Default 4.</summary>
    [Range(1, 256, ErrorMessage = "Limits:RequestsPerConnection must lie between 1 and 256.")]
    public int RequestsPerConnection { get; set; } = 4;

    /// <summary>Conversations kept at the same time. Default 200.</summary>
    [Range(1, 100_000, ErrorMessage = "Limits:Sessions must lie between 1 and 100000.")]
    public int Sessions { get; set; } = 200;

    /// <summary>Minutes after which an untouched conversation is forgotten. Default 240.</summary>
    [Range(1, 100_000, ErrorMessage = "Limits:SessionMinutes must lie between 1 and 100000.")]
    public int SessionMinutes { get; set; } = 240;

    /// <summary>Seconds that an answer goes on without anybody looking, so that a reload finds it. Default 30.</summary>
    [Range(0, 3600, ErrorMessage = "Limits:UnwatchedSeconds must lie between 0 and 3600.")]
    public int UnwatchedSeconds { get; set; } = 30;

    /// <summary>
    /// Bytes of the largest request that is read: a conversation of the largest size in ordinary characters, or one message in the
    /// widest, and what surrounds it.
    /// </summary>
    public long RequestBytes() => 32 * 1024 + (long)MessageCharacters * Math.Max(4, Messages);
}
