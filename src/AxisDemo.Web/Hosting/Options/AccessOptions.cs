using System.ComponentModel.DataAnnotations;
using System.Net;

namespace AxisDemo.Web.Hosting;

/// <summary>Who may come, and from where: the section <c>Access</c>. The defaults fit a machine of one's own; docs/options.md says what a public host needs.</summary>
public sealed class AccessOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Access";

    /// <summary>
    /// What programs must send with each request to the hub and to REST, as <c>X-Api-Key</c> or <c>Authorization: Bearer</c>; 16 to 512
    /// printable ASCII characters without spaces. Empty (default): nothing is asked for. The pages never ask.
    /// </summary>
    [RegularExpression("[!-~]{16,512}", ErrorMessage = "Access:ApiKey must be empty, or 16 to 512 printable ASCII characters without spaces.")]
    public string ApiKey { get; set; } = "";

    /// <summary>Origins ("https://example.org") whose pages may use the hub and REST from a browser. Default: none but the host's own.</summary>
    public IList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Addresses ("10.0.0.2") or networks ("10.0.0.0/8") of proxies whose <c>X-Forwarded-*</c> headers are believed. Default: none.</summary>
    public IList<string> TrustedProxies { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var origin in AllowedOrigins)
            if (!IsOrigin(origin)) yield return new ValidationResult($"Access:AllowedOrigins: '{origin}' is no origin. Write scheme and host, and a port where it is not the scheme's own: https://example.org.");
        foreach (var proxy in TrustedProxies)
            if (!IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _)) yield return new ValidationResult($"Access:TrustedProxies: '{proxy}' is no address and no network. Write 10.0.0.2 or 10.0.0.0/8.");
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text;
}
