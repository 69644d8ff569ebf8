using Chat.Node.Auth;
using Chat.Node.Storage;

namespace Chat.Node.Api;

/// <summary>A token for a user's device.</summary>
/// <param name="Ttl">For how many seconds a login with it is taken: 1 to 2592000.</param>
sealed record NewToken(int? Ttl);

/// <summary>For <c>{"msgid":1,"token":"…"}</c>.</summary>
/// <param name="Token">As often as the device likes, until then.</param>
/// <param name="Expires">Milliseconds since 1970, UTC.</param>
sealed record TokenAnswer(string Token, long Expires);

/// <summary>How users get in, and are put out.</summary>
static class TokenEndpoints
{
    const int DefaultSeconds = 3600;
    const int MaxSeconds = 30 * 24 * 3600;

    public static void MapTokens(this IEndpointRouteBuilder api)
    {
        api.MapPost("/users/{id:int}/tokens", CreateAsync).WithTags("users").RequireScope(ApiScopes.Manage).WithName("createToken")
            .WithSummary("A token that a device of this user logs in with")
            .Produces<TokenAnswer>(StatusCodes.Status201Created).Produces<TokenAnswer>()
            .WithExample("""{"ttl":3600}""", """{"token":"ct_9k3vB0mXb8Yk1V3m6l1R1G7c5bN8wq2s4t6u8v0xY1Z","expires":1795414043660}""");
        api.MapDelete("/users/{id:int}/sessions", EndAsync).WithTags("users").RequireScope(ApiScopes.Manage).WithName("endSessions")
            .WithSummary("Ends all sessions of a user and revokes all tokens")
            .Produces(StatusCodes.Status204NoContent).WithExample(null, null);
    }

    static async Task<IResult> CreateAsync(int id, NewToken body, HttpRequest request, UserDirectory users, UserChanges changes, RepeatedWrites repeated, TimeProvider clock)
    {
        if (IdempotencyKey.Read(request, out var key) is { } wrong)
            return wrong;
        if (body.Ttl is < 1 or > MaxSeconds)
            return ApiProblem.Rule($"\"ttl\" must be from 1 to {MaxSeconds} seconds");
        var lifetime = TimeSpan.FromSeconds(body.Ttl ?? DefaultSeconds);
        var now = clock.GetUtcNow();
        var once = IdempotencyKey.ToRepeat(key, $"POST /users/{id}/tokens", body, now);
        return await IdempotencyKey.OnceAsync(
            once, repeated, MakeAsync,
            (RepeatedWrite known) => Task.FromResult<IResult>(TypedResults.Ok(Answer(LoginTokenText.Of(once!, known), DateTimeOffset.FromUnixTimeMilliseconds(known.Created) + lifetime))));

        async Task<IResult> MakeAsync()
        {
            if (await users.FindAsync(id) is not { } user)
                return UserEndpoints.NoUser(id);
            if (user.IsDisabled)
                return ApiProblem.Rule($"user {id} is disabled");
            var token = once is null ? LoginTokenText.Random() : LoginTokenText.Of(once);
            await changes.MintAsync(id, token, now + lifetime, once);
            return TypedResults.Created((string?)null, Answer(token, now + lifetime));
        }
    }

    static TokenAnswer Answer(LoginTokenText token, DateTimeOffset expires) => new(token.Text, expires.ToUnixTimeMilliseconds());

    static async Task<IResult> EndAsync(int id, SessionRevocation sessions) =>
        await sessions.EndAllAsync(id) ? TypedResults.NoContent() : UserEndpoints.NoUser(id);
}
