using System.ComponentModel;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>What becomes of a member; what is missing stays.</summary>
/// <param name="Role"><c>admin</c>, <c>normal</c>, or <c>creator</c>: who was it before is an admin then.</param>
/// <param name="MutedUntil">May not send until then, in milliseconds since 1970, UTC; 0: may.</param>
sealed record MemberChange(string? Role, long? MutedUntil)
{
    /// <summary>A role is one of three words.</summary>
    public override string ToString() => string.Join(
        ',', new[] { Role is GroupRole.Creator or GroupRole.Admin or GroupRole.Normal ? Role : null, MutedUntil switch { null => null, 0 => "unmuted", _ => "muted" } }.OfType<string>());
}

/// <summary>Somebody who is not let into a group, or waits to be.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Name">The user's name.</param>
/// <param name="Since">Since when, in milliseconds since 1970, UTC.</param>
sealed record OutsiderAnswer(int Id, string Name, long Since);

/// <summary>Ascending by id.</summary>
/// <param name="Users">A page.</param>
/// <param name="More">Whether there are others behind the last one: <c>?after=ID</c>.</param>
sealed record OutsiderList(IReadOnlyList<OutsiderAnswer> Users, bool More);

/// <summary>Who looks after a group, who may not send or come in, and who wants to. What is so already is a success.</summary>
static class GroupCareEndpoints
{
    public static void MapGroupCare(this IEndpointRouteBuilder api)
    {
        const string Outsiders = """{"users":[{"id":4,"name":"carol","since":1795410443660}],"more":false}""";
        var group = api.MapGroup("/groups/{id:int}").WithTags("groups");
        group.MapPatch("/members/{user:int}", ChangeMemberAsync).RequireScope(ApiScopes.Manage).WithName("changeMember").Notes<MemberChange>(change => change.ToString())
            .WithSummary("Another role, or a mute until a time (0 ends it); a new creator makes the one before an admin")
            .Produces(StatusCodes.Status204NoContent).WithExample("""{"role":"admin","mutedUntil":0}""", null);
        group.MapGet("/bans", ListBansAsync).RequireScope(ApiScopes.Read).WithName("listBans").WithSummary("Who is not let in, page by page")
            .Produces<OutsiderList>().WithExample(null, Outsiders);
        group.MapPost("/bans", BanAsync).RequireScope(ApiScopes.Manage).WithName("banUsers").WithSummary("Puts up to 1000 users out, and does not let them in again")
            .Produces(StatusCodes.Status204NoContent).WithExample("""{"ids":[4]}""", null);
        group.MapDelete("/bans", UnbanAsync).RequireScope(ApiScopes.Manage).WithName("unbanUsers").WithSummary("Up to 1000 users may come in again")
            .Produces(StatusCodes.Status204NoContent).WithExample("""{"ids":[4]}""", null);
        group.MapGet("/requests", ListRequestsAsync).RequireScope(ApiScopes.Read).WithName("listJoinRequests").WithSummary("Who waits to be let in, page by page")
            .Produces<OutsiderList>().WithExample(null, Outsiders);
        group.MapPost("/requests/accept", AcceptAsync).RequireScope(ApiScopes.Manage).WithName("acceptJoinRequests").WithSummary("Lets in up to 1000 of those who wait; who is a member already stays")
            .Produces(StatusCodes.Status204NoContent).WithExample("""{"ids":[4]}""", null);
        group.MapPost("/requests/decline", DeclineAsync).RequireScope(ApiScopes.Manage).WithName("declineJoinRequests").WithSummary("Up to 1000 users wait no longer")
            .Produces(StatusCodes.Status204NoContent).WithExample("""{"ids":[4]}""", null);
    }

    static async Task<IResult> ChangeMemberAsync(int id, int user, MemberChange body, Groups groups, GroupStore store)
    {
        if (body is { Role: null, MutedUntil: null })
            return ApiProblem.Malformed("\"role\" or \"mutedUntil\" is expected");
        if (body.Role is not (null or GroupRole.Creator or GroupRole.Admin or GroupRole.Normal))
            return ApiProblem.Malformed("\"role\" must be \"creator\", \"admin\" or \"normal\"");
        if (body.MutedUntil is < 0 or > MuteChange.Forever)
            return ApiProblem.Malformed($"\"mutedUntil\" must be from 0 to {MuteChange.Forever}");
        if (await store.FindAsync(id) is null)
            return GroupEndpoints.NoGroup(id);
        return Answer(await groups.ChangeMembersAsync(GroupRules.Product, new ChangeMembersRequest(id)
        {
            Role = body.Role is GroupRole.Admin or GroupRole.Normal ? new RoleChange(user, body.Role) : null,
            Owner = body.Role == GroupRole.Creator ? user : null,
            Mute = body.MutedUntil is { } until ? new MuteChange(user, until) : null,
        }));
    }

    static Task<IResult> ListBansAsync(int id, [Description(Paging.AfterWords)] int? after, [Description(Paging.LimitWords)] int? limit, GroupStore store, ContactLists lists) =>
        ListAsync(id, after, limit, store, lists.BansAsync);

    static Task<IResult> ListRequestsAsync(int id, [Description(Paging.AfterWords)] int? after, [Description(Paging.LimitWords)] int? limit, GroupStore store, ContactLists lists) =>
        ListAsync(id, after, limit, store, lists.JoinRequestsAsync);

    static async Task<IResult> ListAsync(int id, int? after, int? limit, GroupStore store, Func<int, int, int, Task<ListPage<JoinRequestEntry>>> list)
    {
        if (Paging.Problem(after, limit) is { } wrong)
            return wrong;
        if (await store.FindAsync(id) is null)
            return GroupEndpoints.NoGroup(id);
        var page = await list(id, after ?? 0, limit ?? Paging.Default);
        return TypedResults.Ok(new OutsiderList([.. page.Entries.Select(entry => new OutsiderAnswer(entry.Id, entry.Name, entry.Since))], page.HasMore));
    }

    static Task<IResult> BanAsync(int id, IdList body, Groups groups) =>
        RunAsync(body, ids => groups.ChangeMembersAsync(GroupRules.Product, new ChangeMembersRequest(id) { Ban = ids }));

    static Task<IResult> UnbanAsync(int id, [Microsoft.AspNetCore.Mvc.FromBody] IdList body, Groups groups) =>
        RunAsync(body, ids => groups.ChangeMembersAsync(GroupRules.Product, new ChangeMembersRequest(id) { Unban = ids }));

    static Task<IResult> AcceptAsync(int id, IdList body, Groups groups) =>
        RunAsync(body, ids => groups.DecideAsync(GroupRules.Product, new JoinRequestsRequest(id, 0, 0) { Accept = ids }));

    static Task<IResult> DeclineAsync(int id, IdList body, Groups groups) =>
        RunAsync(body, ids => groups.DecideAsync(GroupRules.Product, new JoinRequestsRequest(id, 0, 0) { Decline = ids }));

    static async Task<IResult> RunAsync(IdList body, Func<int[], Task<GroupRefusal?>> run) => body.Read(out var ids) is { } wrong ? wrong : Answer(await run(ids));

    static IResult Answer(GroupRefusal? refusal) => refusal is null ? TypedResults.NoContent() : ApiProblem.Of(refusal.Error, refusal.Reason);
}
