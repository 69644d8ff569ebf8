using Chat.Node.Storage;

namespace Chat.Node.Api;

/// <summary>Whether a user is there.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="State"><c>online</c> or <c>offline</c>.</param>
sealed record UserState(int Id, string State);

/// <summary>In the order of the ids; who does not exist is missing.</summary>
sealed record StateList(IReadOnlyList<UserState> Users);

/// <summary>Who is there, as other users see it.</summary>
static class PresenceEndpoints
{
    public static void MapPresence(this IEndpointRouteBuilder api) =>
        api.MapPost("/presence", ReadAsync).WithTags("users").RequireScope(ApiScopes.Read).WithName("readPresence")
            .WithSummary("Whether up to 1000 users are online, as others see it; ids of no user are left out")
            .Produces<StateList>()
            .WithExample("""{"ids":[1,3]}""", """{"users":[{"id":1,"state":"online"},{"id":3,"state":"offline"}]}""");

    public static string TextOf(bool isOnline) => isOnline ? "online" : "offline";

    static async Task<IResult> ReadAsync(IdList body, UserDirectory users) => body.Read(out var ids) is { } wrong
        ? wrong
        : TypedResults.Ok(new StateList([.. (await users.FindAsync(ids)).OrderBy(user => user.Id).Select(user => new UserState(user.Id, TextOf(user.IsOnline)))]));
}
