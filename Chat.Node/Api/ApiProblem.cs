using System.Globalization;
using Chat.Protocol;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Chat.Node.Api;

/// <summary>Why a request was not carried out, as <c>application/problem+json</c> (RFC 9457), with the <c>errno</c> and <c>retry</c> of the wire.</summary>
sealed class ApiProblem(int status, ErrorCode error, string detail, TimeSpan? retryAfter = null) : IResult
{
    /// <summary>The framework knows the others.</summary>
    const string TooManyRequests = "https://tools.ietf.org/html/rfc6585#section-4";

    static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    public int Status => status;

    /// <summary>What an error of the actors and the database means in HTTP.</summary>
    public static ApiProblem Of(ErrorCode error, string detail) => error switch
    {
        ErrorCode.TooFast => new ApiProblem(StatusCodes.Status429TooManyRequests, error, detail, Soon),
        ErrorCode.Unavailable => new ApiProblem(StatusCodes.Status503ServiceUnavailable, error, detail, Soon),
        _ => new ApiProblem(StatusOf(error), error, detail),
    };

    /// <summary>The request itself is wrong: no JSON, something missing or of another type.</summary>
    public static ApiProblem Malformed(string detail) => new(StatusCodes.Status400BadRequest, ErrorCode.Malformed, detail);

    /// <summary>The request can be read, and breaks a rule.</summary>
    public static ApiProblem Rule(string detail) => new(StatusCodes.Status422UnprocessableEntity, ErrorCode.Malformed, detail);

    public static ApiProblem NotFound(string detail) => Of(ErrorCode.NotFound, detail);

    public static ApiProblem Conflict(string detail) => Of(ErrorCode.Rejected, detail);

    public static ApiProblem Unavailable(string detail) => Of(ErrorCode.Unavailable, detail);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (retryAfter is { } wait)
            httpContext.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        ProblemHttpResult result = TypedResults.Problem(detail, statusCode: status, type: status == StatusCodes.Status429TooManyRequests ? TooManyRequests : null, extensions: new Dictionary<string, object?>
        {
            ["errno"] = (int)error,
            ["retry"] = error.IsRetryable(),
        });
        return result.ExecuteAsync(httpContext);
    }

    static int StatusOf(ErrorCode error) => error switch
    {
        ErrorCode.Rejected or ErrorCode.AlreadyOnline => StatusCodes.Status409Conflict,
        ErrorCode.NotLoggedIn => StatusCodes.Status401Unauthorized,
        ErrorCode.Forbidden or ErrorCode.Blocked => StatusCodes.Status403Forbidden,
        ErrorCode.NotFound or ErrorCode.UnknownRequest => StatusCodes.Status404NotFound,
        ErrorCode.TooLarge => StatusCodes.Status413PayloadTooLarge,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}
