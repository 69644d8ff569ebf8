using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>What a user thinks of another one.</summary>
readonly record struct ContactSide(ContactState State, bool IsBlocked, string? Alias, string? Note)
{
    /// <summary>Asked, or asks.</summary>
    public bool IsOpen => State is ContactState.Asked or ContactState.Asks;

    public UserContact Of(int otherId) => new(otherId, State) { IsBlocked = IsBlocked, Alias = Alias, Note = Note };

    public ContactSide With(ContactState state) => this with { State = state, Note = state is ContactState.Asked or ContactState.Asks ? Note : null };
}

/// <summary>What both are to each other after a change, or why there is none.</summary>
readonly record struct ContactVerdict(ContactSide Mine, ContactSide Theirs, ErrorCode Error = ErrorCode.None, string Reason = "");

/// <summary>
/// What becomes of two users when one does something about the other. What is so already stays so: everything may be repeated, and both may do it at
/// once. Pure.
/// </summary>
static class ContactRules
{
    /// <param name="request">What the user does.</param>
    /// <param name="mine">What the other one is to the user.</param>
    /// <param name="theirs">What the user is to the other one.</param>
    public static ContactVerdict Judge(ChangeContactRequest request, ContactSide mine, ContactSide theirs)
    {
        var verdict = request.Action switch
        {
            ContactAction.Add => Add(mine, theirs),
            ContactAction.Request => Ask(request, mine, theirs),
            ContactAction.Accept => Accept(request, mine, theirs),
            ContactAction.Decline when mine.State == ContactState.Asks => Close(mine, theirs),
            ContactAction.Remove when mine.State is ContactState.Asked or ContactState.Contact => Remove(mine, theirs),
            ContactAction.Block => Close(mine with { IsBlocked = true }, theirs),
            ContactAction.Unblock => new ContactVerdict(mine with { IsBlocked = false }, theirs),
            _ => new ContactVerdict(mine, theirs),
        };
        return verdict.Error == ErrorCode.None && request.Alias is { } alias
            ? verdict with { Mine = verdict.Mine with { Alias = alias.Length > 0 ? alias : null } }
            : verdict;
    }

    /// <summary>Who asks already has its answer.</summary>
    static ContactVerdict Add(ContactSide mine, ContactSide theirs) => new(
        mine.With(ContactState.Contact), theirs.State == ContactState.Asked ? theirs.With(ContactState.Contact) : theirs);

    static ContactVerdict Ask(ChangeContactRequest request, ContactSide mine, ContactSide theirs)
    {
        if (theirs.IsBlocked)
            return Refuse(ErrorCode.Blocked, $"user {request.OtherId} takes no requests from you");
        if (mine.IsBlocked)
            return Refuse(ErrorCode.Blocked, $"you have blocked user {request.OtherId}: unblock first");
        // Both have asked, or the other one has the user as a contact already: that is a yes.
        if (theirs.State is ContactState.Asked or ContactState.Contact)
            return new ContactVerdict(mine.With(ContactState.Contact), theirs.With(ContactState.Contact));
        var asked = mine.State == ContactState.Contact ? mine : mine.With(ContactState.Asked);
        return new ContactVerdict(asked, theirs with { State = ContactState.Asks, Note = request.Note is { Length: > 0 } note ? note : theirs.Note });
    }

    static ContactVerdict Accept(ChangeContactRequest request, ContactSide mine, ContactSide theirs) => mine.State switch
    {
        ContactState.Asks => new ContactVerdict(mine.With(ContactState.Contact), theirs.With(ContactState.Contact)),
        ContactState.Contact => new ContactVerdict(mine, theirs),
        _ => Refuse(ErrorCode.NotFound, $"user {request.OtherId} has not asked you, or not any more"),
    };

    /// <summary>Nobody asks any more.</summary>
    static ContactVerdict Close(ContactSide mine, ContactSide theirs) => new(
        mine.IsOpen ? mine.With(ContactState.None) : mine, theirs.IsOpen ? theirs.With(ContactState.None) : theirs);

    static ContactVerdict Remove(ContactSide mine, ContactSide theirs) => new(
        mine.With(ContactState.None) with { Alias = null }, theirs.State == ContactState.Asks ? theirs.With(ContactState.None) : theirs);

    static ContactVerdict Refuse(ErrorCode error, string reason) => new(default, default, error, reason);
}
