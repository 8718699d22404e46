using System.Text.Json.Serialization;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Api;

/// <summary>The REST view of the hub: <c>/api</c>, described at <c>/openapi/v1.json</c>.</summary>
public static class ApiSetup
{
    private const string Prefix = "/api";

    /// <summary>Registers the description.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddProblemDetails(o => o.CustomizeProblemDetails = context =>
            context.ProblemDetails.Detail ??= context.ProblemDetails.Status switch
            {
                >= 500 => "The host failed; its log says why.",
                // What curl -d says by itself.
                StatusCodes.Status415UnsupportedMediaType => RequestJson.ContentType,
                _ => "The endpoints and what they take are in /openapi/v1.json.",
            });
        // Numbers are numbers, as the description says.
        services.ConfigureHttpJsonOptions(o => o.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);
        return services.AddOpenApi("v1", ApiDescription.Configure);
    }

    /// <summary>Maps the endpoints.</summary>
    public static void MapApi(this WebApplication app)
    {
        // What no endpoint has answered, and what one has failed at, has the shape of every other fault too.
        app.UseWhen(http => http.Request.Path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase), branch =>
        {
            branch.UseExceptionHandler();
            branch.UseStatusCodePages();
        });
        app.MapOpenApi();
        var api = app.MapGroup(Prefix).ForPrograms();
        api.AddEndpointFilter(ApiFaults.Answer);
        api.MapModels();
        api.MapGenerate();
        api.MapProject();
        app.MapConversations().ForPrograms().AddEndpointFilter(ApiFaults.Answer);
    }
}
