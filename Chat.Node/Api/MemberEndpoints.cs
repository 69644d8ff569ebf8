using System.ComponentModel;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>A member of a group.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Name">The user's name.</param>
/// <param name="Role"><c>creator</c>, <c>admin</c> or <c>normal</c>.</param>
/// <param name="State"><c>online</c> or <c>offline</c>.</param>
sealed record MemberAnswer(int Id, string Name, string Role, string State);

/// <summary>Ascending by id.</summary>
/// <param name="Members">A page.</param>
/// <param name="More">Whether there are others behind the last one: <c>?after=ID</c>.</param>
sealed record MemberList(IReadOnlyList<MemberAnswer> Members, bool More);

/// <summary>The members of a group. A change is answered when the group's conversation knows it: what is sent afterwards reaches the members of then.</summary>
static class MemberEndpoints
{
    public static void MapMembers(this IEndpointRouteBuilder api)
    {
        var members = api.MapGroup("/groups/{id:int}/members").WithTags("groups");
        members.MapGet("", ListAsync).RequireScope(ApiScopes.Read).WithName("listMembers").WithSummary("The members, page by page")
            .Produces<MemberList>()
            .WithExample(null, """{"members":[{"id":1,"name":"alice","role":"creator","state":"online"},{"id":3,"name":"bob","role":"normal","state":"offline"}],"more":false}""");
        members.MapPost("", AddAsync).RequireScope(ApiScopes.Manage).WithName("addMembers").WithSummary("Lets up to 1000 users in; who is in already stays")
            .Produces(StatusCodes.Status204NoContent).WithExample("""{"ids":[3,4]}""", null);
        members.MapDelete("", RemoveAsync).RequireScope(ApiScopes.Manage).WithName("removeMembers").WithSummary("Puts up to 1000 users out; who is not in is left out")
            .Produces(StatusCodes.Status204NoContent).WithExample("""{"ids":[4]}""", null);
    }

    static async Task<IResult> ListAsync(int id, [Description(Paging.AfterWords)] int? after, [Description(Paging.LimitWords)] int? limit, GroupStore store, ContactLists lists)
    {
        if (Paging.Problem(after, limit) is { } wrong)
            return wrong;
        if (await store.FindAsync(id) is null)
            return GroupEndpoints.NoGroup(id);
        var page = await lists.MembersAsync(id, userId: 0, after ?? 0, limit ?? Paging.Default);
        return TypedResults.Ok(new MemberList(
            [.. page.Entries.Select(member => new MemberAnswer(member.Id, member.Name, member.Role, PresenceEndpoints.TextOf(member.IsOnline)))], page.HasMore));
    }

    static async Task<IResult> AddAsync(int id, IdList body, Groups groups, GroupStore store, UserDirectory users)
    {
        if (body.Read(out var ids) is { } wrong)
            return wrong;
        if (await store.FindAsync(id) is null)
            return GroupEndpoints.NoGroup(id);
        if (await GroupEndpoints.MissingAsync(users, ids) is { } missing)
            return missing;
        return Answer(await groups.ChangeMembersAsync(GroupRules.Product, new ChangeMembersRequest(id) { Add = [.. ids] }));
    }

    static async Task<IResult> RemoveAsync(int id, [Microsoft.AspNetCore.Mvc.FromBody] IdList body, Groups groups, GroupStore store)
    {
        if (body.Read(out var ids) is { } wrong)
            return wrong;
        if (await store.FindAsync(id) is null)
            return GroupEndpoints.NoGroup(id);
        return Answer(await groups.ChangeMembersAsync(GroupRules.Product, new ChangeMembersRequest(id) { Remove = [.. ids] }));
    }

    static IResult Answer(GroupRefusal? refusal) => refusal is null ? TypedResults.NoContent() : ApiProblem.Of(refusal.Error, refusal.Reason);
}
