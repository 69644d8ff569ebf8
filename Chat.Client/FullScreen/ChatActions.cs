using Chat.Client.Terminal;
using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Client.FullScreen;

/// <summary>
/// What the full screen asks the server for. Nothing here makes the screen wait: what comes back is put into the model by the loop that owns it.
/// </summary>
/// <param name="client">The client.</param>
/// <param name="model">Only touched by what is posted, and by the callers, which are on the loop.</param>
/// <param name="view">The same.</param>
/// <param name="post">Runs something on the loop.</param>
/// <param name="stop">When the program ends.</param>
sealed class ChatActions(ChatClient client, ChatModel model, ScreenView view, Action<Action> post, CancellationToken stop)
{
    const int FirstPage = 50;
    const int OlderPage = 100;
    const int MaxListPages = 10;
    const int ListPage = 100;
    const int MaxWatched = 200;

    ConversationId? _typing;

    /// <summary>What was typed last may not be acknowledged yet.</summary>
    public Task Sending { get; private set; } = Task.CompletedTask;

    /// <summary>The same of drafts.</summary>
    public Task Saving { get; private set; } = Task.CompletedTask;

    /// <summary>Shows a conversation.</summary>
    /// <param name="id">Which.</param>
    /// <param name="keepsLine">What is being typed is meant for it.</param>
    public void Open(ConversationId id, bool keepsLine = false)
    {
        keepsLine &= view.Input.Text.Length > 0;
        if (id != model.Selected)
            StopTyping();
        if (!keepsLine)
            KeepDraft();
        var timeline = model.Open(id);
        view.Follow();
        view.ShowPanel(null);
        view.ShowsList = false;
        view.Mode = InputMode.Line;
        var draft = model.EntryOf(id).Draft;
        if (!keepsLine)
            view.Input.Set(draft);
        if (!timeline.IsLoaded)
            Run(LoadAsync(id, null));
        Run(client.LearnMembersAsync(model.Contacts, id, stop), isQuiet: true);
        Watch();
    }

    /// <summary>What was begun is there again when the conversation is opened, on every device.</summary>
    public void KeepDraft()
    {
        if (model.Entry is not { } entry || view.Mode != InputMode.Line || view.Input.Text.StartsWith('/') || view.Input.Text == entry.Draft)
            return;
        SaveDraft(entry, view.Input.Text);
    }

    public void LoadOlder()
    {
        if (model is not { Selected: { } id, Timeline: { CanLoad: true } timeline })
            return;
        timeline.IsLoading = true;
        Run(LoadAsync(id, timeline.FirstSeq));
    }

    public void Send(ConversationId id, string text, long reply)
    {
        StopTyping();
        var timeline = model.TimelineOf(id) ?? model.Open(id);
        timeline.DropFailures();
        timeline.NewBehind = null;
        view.Follow();
        var outgoing = timeline.Send(new(id, 0, model.UserId, "", text) { IsOwn = true, References = new MessageReferences { Reply = reply } });
        if (model.EntryOf(id) is { Draft.Length: > 0 } entry)
            SaveDraft(entry, "");
        Sending = Task.WhenAll(Sending, SendAsync(timeline, outgoing, reply));
    }

    public void Edit(ConversationId id, long seq, string text) => Run(client.EditAsync(id, seq, text, stop));

    public void Recall(ConversationId id, long seq) => Run(client.RecallAsync(id, seq, stop));

    public void Pin(ConversationId id, long seq, bool isPinned) => Run(client.PinAsync(id, seq, isPinned, stop));

    /// <summary>The same emoji again takes it back.</summary>
    public void React(ConversationId id, long seq, string emoji) => Run(model.TimelineOf(id)?.Find(seq)?.Mine.Contains(emoji) == true
        ? client.UnreactAsync(id, seq, emoji, stop)
        : client.ReactAsync(id, seq, emoji, stop));

    public void Type(ConversationId id)
    {
        if (!client.Features.Contains("typing") || !client.IsConnected)
            return;
        _typing = id;
        Run(client.Watching.TypeAsync(id, cancellationToken: stop), isQuiet: true);
    }

    /// <summary>What was begun was sent, wiped out, or left.</summary>
    public void StopTyping()
    {
        if (_typing is { } id && client.IsConnected)
            Run(client.Watching.TypeAsync(id, isTyping: false, stop), isQuiet: true);
        _typing = null;
    }

    /// <summary>The newest message on the screen is read.</summary>
    public void MarkRead()
    {
        if (model.Selected is { } id && model.Read() is { } seq)
            Run(client.MarkReadAsync(id, seq, stop), isQuiet: true);
    }

    /// <summary>After a login, and after each gap: the server knows what is unread.</summary>
    public void Refresh() => Run(RefreshAsync());

    /// <summary>An event may speak of a group whose name is new.</summary>
    public void LearnGroup(ChatEvent chatEvent)
    {
        if (chatEvent is GroupChanged)
            Run(DrawAfterAsync(GroupNames.LearnAsync(client, model.Contacts, chatEvent, stop)));
    }

    /// <summary>The newest messages once more: a command has sent one.</summary>
    public void Reload(ConversationId id)
    {
        if (model.TimelineOf(id) is { IsLoaded: true })
            Run(LoadAsync(id, null));
        else
            Run(RefreshAsync());
    }

    void SaveDraft(ConversationRow entry, string text)
    {
        entry.Draft = text;
        if (client.Features.Contains("conversations"))
            Saving = Task.WhenAll(Saving, ReportAsync(client.Conversations.SaveDraftAsync(entry.Id, text, stop), isQuiet: true));
    }

    void Watch()
    {
        if (!client.Features.Contains("watch") || client.UserId is not { } userId)
            return;
        int[] users = [.. model.Conversations.Where(entry => !entry.Id.IsGroup).OrderByDescending(entry => entry.Id == model.Selected).Take(MaxWatched).Select(entry => entry.Id.Other(userId))];
        Run(client.Watching.WatchAsync(users, model.Selected is { } id ? [id] : [], stop), isQuiet: true);
    }

    async Task LoadAsync(ConversationId id, long? before)
    {
        try
        {
            var page = await client.FetchHistoryAsync(id, before: before, limit: before is null ? FirstPage : OlderPage, cancellationToken: stop);
            post(() =>
            {
                foreach (var message in page.Messages)
                    model.Contacts.Learn(message);
                if (model.TimelineOf(id) is not { } timeline)
                    return;
                // What was there already has told whether there are older ones.
                timeline.Add(timeline.IsLoaded && before is null ? page with { HasMore = timeline.HasOlder } : page);
            });
        }
        catch (ChatException)
        {
            post(() => model.TimelineOf(id)?.Add(new HistoryPage([], HasMore: before is not null)));
            throw;
        }
    }

    async Task SendAsync(Timeline timeline, OutgoingMessage outgoing, long reply)
    {
        try
        {
            var sent = await client.SendAsync(model.Contacts, outgoing.Message.Conversation, outgoing.Message.Text, reply, stop);
            post(() =>
            {
                timeline.Sent(outgoing, sent);
                if (timeline.Find(sent.Seq) is { } message)
                    model.Note(message);
            });
        }
        catch (ChatException e)
        {
            post(() => outgoing.Failure = e.Message);
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
    }

    async Task RefreshAsync()
    {
        var listed = new List<ListedConversation>();
        try
        {
            ConversationPage page;
            do
            {
                page = await client.Conversations.ListAsync(listed.Count > 0 ? listed[^1].Summary.Conversation : null, ListPage, cancellationToken: stop);
                listed.AddRange(page.Conversations);
            }
            while (page is { HasMore: true, Conversations.Count: > 0 } && listed.Count < MaxListPages * ListPage);
        }
        catch (ChatException e) when (e.Code is ErrorCode.UnknownRequest or ErrorCode.Off)
        {
            // An older server, or one without a history: the list begins with whom the login has named.
            post(ListContacts);
            return;
        }

        post(() =>
        {
            model.Show(listed);
            foreach (var group in model.Contacts.Groups())
                model.EntryOf(ConversationId.Group(group.Id)); // nothing may have been said there yet
            Watch();
        });
        await LearnNamesAsync(listed);
    }

    void ListContacts()
    {
        foreach (var friend in model.Contacts.Users(model.UserId).Where(user => user.IsFriend))
            model.EntryOf(ConversationId.Direct(model.UserId, friend.Id));
        foreach (var group in model.Contacts.Groups())
            model.EntryOf(ConversationId.Group(group.Id));
    }

    async Task LearnNamesAsync(List<ListedConversation> listed)
    {
        if (client.UserId is not { } userId)
            return;
        var strangers = listed.Select(entry => entry.Summary.Conversation).Where(id => !id.IsGroup && !model.Contacts.Knows(id.Other(userId))).Select(id => id.Other(userId));
        foreach (var ids in strangers.Chunk(ListPage))
        {
            foreach (var user in await client.GetUsersAsync(ids, stop))
                model.Contacts.LearnUser(user.Id, user.Name);
        }

        var groups = listed.Select(entry => entry.Summary.Conversation).Where(id => id.IsGroup).Select(id => id.B).Except(model.Contacts.Groups().Select(group => group.Id));
        foreach (var group in groups)
            await GroupNames.LearnAsync(client, model.Contacts, group, stop);
        post(() => { }); // to be drawn
    }

    async Task DrawAfterAsync(Task learning)
    {
        await learning;
        post(() => { });
    }

    /// <summary>What goes wrong is said in the line of news.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="isQuiet">Nobody has asked for it.</param>
    void Run(Task request, bool isQuiet = false) => _ = ReportAsync(request, isQuiet);

    async Task ReportAsync(Task request, bool isQuiet)
    {
        try
        {
            await request;
        }
        catch (ChatException e)
        {
            if (!isQuiet)
                post(() => view.Say(e.Message, isError: true));
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
    }
}
