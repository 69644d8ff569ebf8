using System.Globalization;
using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>Carries out commands on a <see cref="ChatClient"/>. What goes wrong is an outcome, not an exception.</summary>
/// <param name="client">The client.</param>
/// <param name="contacts">Who is known by name.</param>
/// <param name="hasTokens">Whether a login needs no name, because a command gives tokens.</param>
/// <param name="time">What time it is.</param>
sealed class CommandRunner(ChatClient client, Contacts contacts, bool hasTokens, TimeProvider time)
{
    const int DefaultHistoryCount = 20;
    const int MemberPage = 500;
    const int MaxMembers = 5000;

    /// <summary>Whether the client is told how the one is to whom plain lines go.</summary>
    public bool WatchesTarget { get; init; }

    /// <summary>To whom plain lines go.</summary>
    public ConversationId? Target { get; set; }

    public async Task<CommandOutcome> RunAsync(CommandCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await DispatchAsync(call, cancellationToken);
        }
        catch (ChatException e)
        {
            return new CommandFailed(e.Code, e.Message);
        }
        catch (OperationCanceledException)
        {
            return new CommandFailed(ErrorCode.None, "gave up waiting for the server; what was on its way may still be carried out");
        }
        catch (CommandException e)
        {
            return new CommandFailed(ErrorCode.None, e.Message);
        }
    }

    async Task<CommandOutcome> DispatchAsync(CommandCall call, CancellationToken cancellationToken) => call.Name switch
    {
        "msg" => await SendAsync(await FindUserAsync(call[0]!, cancellationToken), call[1]!, cancellationToken),
        "group" => await SendAsync(ConversationId.Group(FindGroup(call[0]!)), call[1]!, cancellationToken),
        "say" => await SendAsync(Target ?? throw new CommandException("to whom? /msg WHO TEXT, or /to WHO first"), call[0]!, cancellationToken),
        "to" => await SetTargetAsync(call[0], cancellationToken),
        "history" => await FetchHistoryAsync(call, cancellationToken),
        "watch" => await WatchAsync(call[0] ?? "", cancellationToken),
        "typing" => await TypeAsync(await FindConversationAsync(call[0]!, cancellationToken), IsOn(call[1]), cancellationToken),
        "away" => await SetAwayAsync(IsOn(call[0]), cancellationToken),
        "friend" => await AddFriendAsync(call[0]!, cancellationToken),
        "create" => await CreateGroupAsync(call[0]!, call[1] ?? "", cancellationToken),
        "join" => await JoinGroupAsync(await FindAnyGroupAsync(call[0]!, cancellationToken), cancellationToken),
        "friends" => new ContactsListed(contacts.Users(client.UserId)),
        "groups" => new GroupsListed(contacts.Groups()),
        "members" => await ListMembersAsync(FindGroup(call[0]!), cancellationToken),
        "settings" => new SettingsShown(await client.GetSettingsAsync(cancellationToken)),
        "mute" => await ChangeAsync(new() { Mute = await FindConversationAsync(call[0]!, cancellationToken) }, cancellationToken),
        "unmute" => await ChangeAsync(new() { Unmute = await FindConversationAsync(call[0]!, cancellationToken) }, cancellationToken),
        "reply" => await SendAsync(await FindConversationAsync(call[0]!, cancellationToken), call[2]!, cancellationToken, Number(call[1]!, "NUMBER")),
        "edit" or "recall" or "react" or "unreact" => await ChangeMessageAsync(call, cancellationToken),
        "pin" or "unpin" when call[1] is not null => await ChangeMessageAsync(call, cancellationToken),
        "pin" => await ChangeAsync(new() { Pin = await FindConversationAsync(call[0]!, cancellationToken) }, cancellationToken),
        "unpin" => await ChangeAsync(new() { Unpin = await FindConversationAsync(call[0]!, cancellationToken) }, cancellationToken),
        "presence" => await ChangeAsync(new() { Presence = FindPresence(call[0]!) }, cancellationToken),
        "register" => new AccountCreated(await client.RegisterAsync(call[0]!, call[1]!, cancellationToken), call[0]!),
        "login" when call[0] is null => await LogInAsync(cancellationToken),
        "login" => await LogInAsync(call[0]!, call[1] ?? throw new CommandException("the password is missing"), cancellationToken),
        "logout" => await LogOutAsync(cancellationToken),
        "status" => new StatusShown(client.UserId, client.UserId is { } id ? contacts.NameOf(id) : null, client.Endpoint, client.Node, client.IsConnected),
        "help" => new HelpShown(),
        _ => await new GroupCommands(client, contacts, FindUserIdAsync, time).RunAsync(call, cancellationToken)
            ?? await new SettingsCommands(client, FindConversationAsync).RunAsync(call, cancellationToken)
            ?? await new ConversationCommands(client, contacts, FindConversationAsync).RunAsync(call, cancellationToken)
            ?? await new DeviceCommands(client).RunAsync(call, cancellationToken)
            ?? await new PeopleCommands(client, contacts, FindUserIdAsync).RunAsync(call, cancellationToken)
            ?? await new FileCommands(client, contacts, FindConversationAsync).RunAsync(call, Target, cancellationToken) ?? throw new CommandException($"/{call.Name} cannot be used here"),
    };

    async Task<CommandOutcome> SendAsync(ConversationId conversation, string text, CancellationToken cancellationToken, long reply = 0)
    {
        var ownId = RequireLogin();
        var sent = await client.SendAsync(contacts, conversation, text, reply, cancellationToken);
        return new MessageSent(sent, contacts.NameOf(conversation, ownId), reply > 0 ? $"re #{reply} {text}" : text);
    }

    async Task<CommandOutcome> SetTargetAsync(string? who, CancellationToken cancellationToken)
    {
        Target = who is null ? null : await FindConversationAsync(who, cancellationToken);
        await client.LearnMembersAsync(contacts, Target, cancellationToken);
        if (WatchesTarget && client.Features.Contains("watch"))
            await WatchAsync(Target is { } shown ? [shown] : [], cancellationToken);
        return new TargetChosen(Target, Target is { } target ? $"lines go to {contacts.NameOf(target, RequireLogin())}" : "lines go to nobody");
    }

    async Task<CommandOutcome> FetchHistoryAsync(CommandCall call, CancellationToken cancellationToken)
    {
        var count = call[1] is { } text ? Number(text, "COUNT") : DefaultHistoryCount;
        var conversation = await FindConversationAsync(call[0]!, cancellationToken);
        var page = await client.FetchHistoryAsync(conversation, limit: count, cancellationToken: cancellationToken);
        foreach (var message in page.Messages)
            contacts.Learn(message);
        return new HistoryFetched(page, conversation.IsGroup ? null : client.Conversations.GetPeer(conversation));
    }

    async Task<CommandOutcome> WatchAsync(string who, CancellationToken cancellationToken)
    {
        var conversations = new List<ConversationId>();
        foreach (var one in who.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            conversations.Add(await FindConversationAsync(one, cancellationToken));
        await WatchAsync(conversations, cancellationToken);
        var ownId = RequireLogin();
        return new CommandDone(conversations.Count > 0 ? $"watching {string.Join(", ", conversations.Select(id => contacts.NameOf(id, ownId)))}" : "watching nobody");
    }

    Task WatchAsync(IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken)
    {
        var ownId = RequireLogin();
        return client.Watching.WatchAsync([.. conversations.Where(id => !id.IsGroup).Select(id => id.Other(ownId))], conversations, cancellationToken);
    }

    async Task<CommandOutcome> TypeAsync(ConversationId conversation, bool isTyping, CancellationToken cancellationToken)
    {
        await client.Watching.TypeAsync(conversation, isTyping, cancellationToken);
        return new CommandDone(isTyping ? "they see that you are writing" : "they see that you are not writing any more");
    }

    async Task<CommandOutcome> SetAwayAsync(bool isAway, CancellationToken cancellationToken)
    {
        await client.Watching.SetAwayAsync(isAway, cancellationToken);
        return new CommandDone(isAway ? "you are away" : "you are back");
    }

    public static bool IsOn(string? text) => text switch
    {
        null => true,
        "off" => false,
        _ => throw new CommandException($"\"off\" or nothing is expected, not \"{text}\""),
    };

    async Task<CommandOutcome> ChangeMessageAsync(CommandCall call, CancellationToken cancellationToken)
    {
        var (conversation, seq) = (await FindConversationAsync(call[0]!, cancellationToken), Number(call[1]!, "NUMBER"));
        var change = await (call.Name switch
        {
            "edit" => client.EditAsync(conversation, seq, call[2]!, cancellationToken),
            "recall" => client.RecallAsync(conversation, seq, cancellationToken),
            "react" => client.ReactAsync(conversation, seq, call[2]!, cancellationToken),
            "unreact" => client.UnreactAsync(conversation, seq, call[2]!, cancellationToken),
            _ => client.PinAsync(conversation, seq, call.Name == "pin", cancellationToken),
        });
        return new MessageChangeStored(conversation, seq, change);
    }

    async Task<CommandOutcome> AddFriendAsync(string who, CancellationToken cancellationToken)
    {
        var conversation = await FindUserAsync(who, cancellationToken);
        var friendId = conversation.Other(RequireLogin());
        await client.AddFriendAsync(friendId, cancellationToken);
        return new CommandDone($"{contacts.NameOf(friendId)} is a friend; the next login lists them");
    }

    async Task<CommandOutcome> CreateGroupAsync(string name, string description, CancellationToken cancellationToken)
    {
        var groupId = await client.CreateGroupAsync(name, description, cancellationToken);
        contacts.LearnGroup(groupId, name);
        return new GroupCreated(groupId, name);
    }

    async Task<CommandOutcome> JoinGroupAsync(int groupId, CancellationToken cancellationToken)
    {
        if (!await client.JoinGroupAsync(groupId, cancellationToken))
            return new CommandDone($"asked: the creator or an admin of group {groupId} lets you in, or does not");
        // What it is called is among the user's own groups now.
        var found = (await client.ListGroupsAsync(after: groupId - 1, limit: 1, cancellationToken)).Entries.FirstOrDefault(group => group.Id == groupId);
        contacts.LearnGroup(groupId, found?.Name ?? "");
        return new CommandDone(found is null ? $"you are a member of group {groupId}" : $"you are a member of {found.Name} (group {groupId}, members: {found.Members})");
    }

    async Task<CommandOutcome> ListMembersAsync(int groupId, CancellationToken cancellationToken)
    {
        var members = new List<MemberEntry>();
        ContactPage<MemberEntry> page;
        do
        {
            page = await client.ListMembersAsync(groupId, members.Count > 0 ? members[^1].Id : 0, MemberPage, cancellationToken);
            members.AddRange(page.Entries);
        }
        while (page is { HasMore: true, Entries.Count: > 0 } && members.Count < MaxMembers);

        contacts.LearnMembers(groupId, members);
        return new ContactsListed([.. members.Select(member => new ContactEntry(member.Id, member.Name, IsFriend: false, member.IsOnline))]);
    }

    async Task<CommandOutcome> ChangeAsync(SettingsChange change, CancellationToken cancellationToken) =>
        new SettingsShown(await client.ChangeSettingsAsync(change, cancellationToken));

    async Task<CommandOutcome> LogInAsync(string nameOrId, string password, CancellationToken cancellationToken)
    {
        var login = int.TryParse(nameOrId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? await client.LoginAsync(id, password, cancellationToken)
            : await client.LoginAsync(nameOrId, password, cancellationToken);
        contacts.Learn(login);
        return new UserLoggedIn(login);
    }

    async Task<CommandOutcome> LogInAsync(CancellationToken cancellationToken)
    {
        if (!hasTokens)
            throw new CommandException("the name is missing: /login NAME-OR-ID PASSWORD");
        var login = await client.LoginAsync(cancellationToken);
        contacts.Learn(login);
        return new UserLoggedIn(login);
    }

    async Task<CommandOutcome> LogOutAsync(CancellationToken cancellationToken)
    {
        Target = null;
        await client.LogoutAsync(cancellationToken);
        return new CommandDone("logged out");
    }

    static PresencePrivacy FindPresence(string text) => PresencePrivacies.Find(text.ToLowerInvariant())
        ?? throw new CommandException($"/presence takes everyone, contacts or nobody, not \"{text}\"");

    async Task<int> FindUserIdAsync(string text, CancellationToken cancellationToken) => (await FindUserAsync(text, cancellationToken)).Other(RequireLogin());

    /// <summary>A user who is not known yet is asked for by the whole name.</summary>
    async Task<ConversationId> FindUserAsync(string text, CancellationToken cancellationToken)
    {
        var ownId = RequireLogin();
        if (contacts.FindUser(text) is { } known)
            return ConversationId.Direct(ownId, known);
        var name = Contacts.NameIn(text);
        if (name.Length > 0 && await FindStrangerAsync(name, cancellationToken) is { } found)
        {
            contacts.LearnUser(found.Id, found.Name);
            return ConversationId.Direct(ownId, found.Id);
        }

        throw new CommandException(
            $"nobody called \"{text}\" is known here. An id works too: it is told at the registration, and /status shows one's own. Then: /msg ID TEXT");
    }

    async Task<UserProfile?> FindStrangerAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await client.FindUserAsync(name, cancellationToken);
        }
        catch (ChatException e) when (e.Code is ErrorCode.UnknownRequest or ErrorCode.Malformed)
        {
            return null; // a server of an older version, or a text that is no name
        }
    }

    async Task<int> FindAnyGroupAsync(string text, CancellationToken cancellationToken) =>
        contacts.FindGroup(text) ?? (client.UserId is null ? null : (await client.FindGroupAsync(text, cancellationToken))?.GroupId) ?? FindGroup(text);

    int FindGroup(string text) => contacts.FindGroup(text)
        ?? throw new CommandException($"no group called \"{text}\" is known here: your own groups go by name, others by id. "
            + "Ask a member for the id: it is told to who creates the group, and /groups shows it. Then: /join ID");

    /// <summary>A user, a group as <c>g:1</c> or by its name, or a conversation as the events name it.</summary>
    async Task<ConversationId> FindConversationAsync(string text, CancellationToken cancellationToken)
    {
        RequireLogin();
        if (ConversationId.TryParse(text, out var conversation))
            return conversation;
        return contacts.FindUser(text) is null && contacts.FindGroup(text) is { } groupId
            ? ConversationId.Group(groupId)
            : await FindUserAsync(text, cancellationToken);
    }

    int RequireLogin() => client.UserId ?? throw new ChatException(ErrorCode.NotLoggedIn, "log in first: /login NAME-OR-ID PASSWORD");

    public static int Number(string text, string what) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new CommandException($"{what} must be a number above 0, not \"{text}\"");
}
