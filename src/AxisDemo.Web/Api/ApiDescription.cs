using AxisDemo.Web.Options;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace AxisDemo.Web.Api;

/// <summary>What the OpenAPI document says beside the endpoints' own words.</summary>
internal static class ApiDescription
{
    private const string Key = "ApiKey";

    /// <summary>Configures the document.</summary>
    public static void Configure(OpenApiOptions options) => options.AddDocumentTransformer((document, context, _) =>
    {
        document.Info = new OpenApiInfo
        {
            Title = "AxisDemo",
            Version = "v1",
            Description = "Generation with a live projection on the Assistant Axis, capped or not. The same requests and events as the SignalR hub /hubs/generation and the command line.",
        };
        if (context.ApplicationServices.GetRequiredService<IOptions<AccessOptions>>().Value.ApiKey.Length == 0) return Task.CompletedTask;
        (document.Components ??= new OpenApiComponents()).SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Key] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key", Description = "The key that the host's operator has set." },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, document)] = [] }];
        return Task.CompletedTask;
    });
}
