using System.ComponentModel;
using Chat.Node.People;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>What a user does about another one.</summary>
/// <param name="Id">The other one.</param>
/// <param name="Do"><c>add</c>, <c>request</c>, <c>accept</c>, <c>decline</c>, <c>remove</c>, <c>block</c> or <c>unblock</c>.</param>
/// <param name="Alias">What the user calls the other one; empty: nothing of its own any more.</param>
/// <param name="Note">Words that the other one gets with a request.</param>
sealed record ContactBody(int? Id, string? Do, string? Alias, string? Note);

/// <summary>Somebody whom a user knows.</summary>
/// <param name="Id">Who.</param>
/// <param name="State"><c>contact</c>, <c>asked</c> (by the user), <c>asks</c> (the user), or <c>none</c>.</param>
/// <param name="Rev">Of the user's contacts, when that came to be.</param>
/// <param name="Blocked">True: takes no part in the user's life.</param>
/// <param name="Alias">What the user calls the other one.</param>
/// <param name="Note">Words of a request.</param>
sealed record ContactAnswer(int Id, string State, long Rev, bool? Blocked, string? Alias, string? Note)
{
    public static ContactAnswer Of(UserContact contact, long rev) => new(
        contact.Id, contact.State switch { ContactState.Asked => "asked", ContactState.Asks => "asks", ContactState.Contact => "contact", _ => "none" }, rev,
        contact.IsBlocked ? true : null, contact.Alias, contact.Note);
}

/// <summary>In the order in which they changed last.</summary>
/// <param name="Contacts">A page.</param>
/// <param name="Rev">The page ends here: <c>?since=REV</c> has what changed later.</param>
/// <param name="More">Whether there are others behind it.</param>
sealed record ContactList(IReadOnlyList<ContactAnswer> Contacts, long Rev, bool More);

/// <summary>Contacts and blocks of users.</summary>
static class ContactEndpoints
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2.2);

    public static void MapContacts(this IEndpointRouteBuilder api)
    {
        var contacts = api.MapGroup("/users/{id:int}/contacts").WithTags("users");
        contacts.MapGet("", ListAsync).RequireScope(ApiScopes.Read).WithName("listContacts")
            .WithSummary("Whom a user knows, blocks, has asked or is asked by; with since=REV what changed later, with blocked=true only blocks")
            .Produces<ContactList>()
            .WithExample(null, """{"contacts":[{"id":3,"state":"contact","rev":8,"alias":"Bobby"},{"id":4,"state":"none","rev":9,"blocked":true}],"rev":9,"more":false}""");
        contacts.MapPost("", ChangeAsync).RequireScope(ApiScopes.Manage).WithName("changeContact")
            .WithSummary("Adds, asks, accepts, declines, removes, blocks or unblocks another user in the user's name; what is so already is a success")
            .Produces<ContactAnswer>()
            .WithExample("""{"id":4,"do":"block"}""", """{"id":4,"state":"none","rev":9,"blocked":true}""");
    }

    static async Task<IResult> ListAsync(
        int id,
        [Description("only what has changed after this rev")] long? since,
        [Description(Paging.LimitWords)] int? limit,
        [Description("true: only blocks")] bool? blocked, UserDirectory users, ContactBook book)
    {
        if (since < 0)
            return ApiProblem.Malformed("\"since\" must not be below 0");
        if (Paging.Problem(null, limit) is { } wrong)
            return wrong;
        if (await users.FindAsync(id) is null)
            return UserEndpoints.NoUser(id);
        var page = await book.ListAsync(id, since ?? 0, limit ?? Paging.Default, blocked == true);
        return TypedResults.Ok(new ContactList([.. page.Contacts.Select(each => ContactAnswer.Of(each.Contact, each.Rev))], page.Rev, page.HasMore));
    }

    static async Task<IResult> ChangeAsync(int id, ContactBody body, UserDirectory users, ContactChanges changes)
    {
        if (body is not { Id: { } other, Do: { } action })
            return ApiProblem.Malformed("\"id\" and \"do\" are expected");
        if (!Enum.GetNames<ContactAction>().Any(name => name.Equals(action, StringComparison.OrdinalIgnoreCase)))
            return ApiProblem.Malformed("\"do\" must be one of \"add\", \"request\", \"accept\", \"decline\", \"remove\", \"block\", \"unblock\"");
        if (WireRules.Check(new ChangeContactRequest(other, Enum.Parse<ContactAction>(action, ignoreCase: true)) { Alias = body.Alias, Note = body.Note }, out var request) is { } wrong)
            return wrong;
        if (await users.FindAsync(id) is null)
            return UserEndpoints.NoUser(id);
        var changed = await changes.ChangeAsync(id, request, Patience);
        return changed.Contact is { } contact ? TypedResults.Ok(ContactAnswer.Of(contact, changed.Rev)) : ApiProblem.Of(changed.Error, changed.Reason);
    }
}
