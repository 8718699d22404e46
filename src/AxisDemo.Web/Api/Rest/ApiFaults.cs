using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Serving;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Api;

/// <summary>What goes wrong in an endpoint, as problem details: <c>detail</c> says what is wrong and what to do, <c>field</c> where.</summary>
internal static class ApiFaults
{
    /// <summary>A filter: turns the faults of a request into its answer.</summary>
    public static async ValueTask<object?> Answer(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (InputException e)
        {
            var busy = e.Kind is FaultKind.Queue or FaultKind.NotReady;
            return Results.Problem(RequestJson.ForClients(e), statusCode: busy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status400BadRequest,
                extensions: e.Field.Length > 0 ? new Dictionary<string, object?> { ["field"] = e.Field } : null);
        }
        catch (BadHttpRequestException e)
        {
            return Results.Problem(e.Message, statusCode: e.StatusCode);
        }
        catch (GenerationFailedException e)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status500InternalServerError);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to be answered.
            return Results.Empty;
        }
    }

    /// <summary>Counts each answer of an endpoint, refuses those that are too many, and says so in the description.</summary>
    public static RouteHandlerBuilder Counted(this RouteHandlerBuilder endpoint) => endpoint.AddEndpointFilter(Count).WithMetadata(new CountedAnswers()).MayFail(StatusCodes.Status429TooManyRequests);

    // Counts the answer that is asked for, and says what is left.
    private static async ValueTask<object?> Count(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var limits = http.RequestServices.GetRequiredService<RateLimits>();
        var address = ClientAddress.Of(http);
        var place = limits.Enter(address);
        // Until the last event has been sent, not only until the handler has returned.
        http.Response.RegisterForDispose(place);
        RateHeaders.Write(http.Response, limits, address, place.Refusal is null ? null : place.RetryAfter);
        return place.Refusal is { } refusal ? Results.Problem(refusal, statusCode: StatusCodes.Status429TooManyRequests) : await next(context);
    }

    /// <summary>Says in the description what an endpoint may answer instead.</summary>
    public static RouteHandlerBuilder MayFail(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses) endpoint.ProducesProblem(status);
        return endpoint;
    }
}

/// <summary>Marks an endpoint whose answers are counted.</summary>
internal sealed class CountedAnswers;
