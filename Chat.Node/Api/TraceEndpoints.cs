using System.ComponentModel;
using Chat.Node.Contracts;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>How far a message has come for one user.</summary>
/// <param name="User">Whom it is for.</param>
/// <param name="State">read, received, published, queued, given, underWay or unconfirmed: docs/CHATCTL.md says what each means.</param>
/// <param name="Queued">The row of the offline queue in which it waits.</param>
/// <param name="Online">The node that has the user's sessions.</param>
/// <param name="Sessions">The user's sessions now, of those at the node that answers; missing: there are none here.</param>
sealed record TraceReceiver(int User, string State, long? Queued, string? Online, IReadOnlyList<SessionInfo>? Sessions);

/// <summary>Where a message is.</summary>
/// <param name="Conversation">Where it was sent.</param>
/// <param name="Seq">Its number.</param>
/// <param name="From">Who has sent it; 0: nobody, it tells what has become of a group.</param>
/// <param name="Cmid">The sender's own id of it.</param>
/// <param name="Accepted">When it was given its number, in milliseconds since 1970, UTC. It is committed, or this answer would be 404.</param>
/// <param name="Node">The node that has given it its number and logged it: that of the conversation, which need not be that of the sender's session.</param>
/// <param name="Edited">When its text was edited last.</param>
/// <param name="Recalled">When it was taken back.</param>
/// <param name="Receivers">The members of now but its sender, by id.</param>
/// <param name="More">Whether there are others: <c>?after=USER</c>.</param>
sealed record TraceAnswer(
    string Conversation, long Seq, int From, string Cmid, long Accepted, string Node, long? Edited, long? Recalled, IReadOnlyList<TraceReceiver> Receivers, bool More);

/// <summary>What <see cref="TraceEndpoints"/> reads.</summary>
sealed record TraceStores(
    ChatSettings Settings, MessageLogStore Log, MessageChangeStore Changes, DeliveryMarks Marks, OfflineStore Offline, Presence Presence, Nodes Nodes, ContactStore Contacts,
    Accounts Accounts, ISessionList Sessions);

/// <summary>"Where is this message": answered afterwards, from the log, marks and queues.</summary>
static class TraceEndpoints
{
    public static void MapTrace(this IEndpointRouteBuilder api) =>
        api.MapGet("/conversations/{conversation}/messages/{seq:long}/trace", TraceAsync).WithTags("operate").RequireScope(ApiScopes.Read).Audited().WithName("traceMessage")
            .WithSummary("Where a message is: when it was accepted, by which node, and how far it has come for each receiver").Produces<TraceAnswer>()
            .WithExample(
                null,
                """{"conversation":"d:1:3","seq":42,"from":1,"cmid":"c-17","accepted":1795410443660,"node":"127.0.0.1:4053","receivers":[{"user":3,"state":"queued","queued":17}],"more":false}""");

    static async Task<IResult> TraceAsync(
        string conversation, long seq, [Description(Paging.AfterWords)] int? after, [Description(Paging.LimitWords)] int? limit, TraceStores stores)
    {
        if (ConversationPath.Refusal(conversation, stores.Settings, out var id) is { } refusal)
            return refusal;
        if (Paging.Problem(after, limit) is { } wrong)
            return wrong;
        if (!(await stores.Log.ReadAtAsync([(id, seq)])).TryGetValue((id, seq), out var row))
            return ApiProblem.NotFound($"there is no message {seq} in {id}: it was never acknowledged, or it is of another conversation");
        var state = (await stores.Changes.StatesAsync(id, [seq], row.Sender)).FirstOrDefault();
        var receivers = (await ReceiversAsync(stores, id)).Where(user => user != row.Sender && user > (after ?? 0)).Order().ToList();
        var page = receivers.Take(limit ?? Paging.Default).ToList();
        var names = new Dictionary<long, string>();
        return TypedResults.Ok(new TraceAnswer(
            id.ToString(), seq, row.Sender, row.Cmid, row.Ts, await NameOfAsync(stores.Nodes, row.Node, names), state is { Edited: > 0 } ? state.Edited : null, state?.Recalled?.Timestamp,
            await LookAsync(stores, row, page, names), page.Count < receivers.Count));
    }

    /// <summary>Who has left since is not asked about: nothing is brought to them any more.</summary>
    static async Task<IReadOnlyCollection<int>> ReceiversAsync(TraceStores stores, ConversationId id) => id.IsGroup
        ? (await stores.Contacts.MembersAsync([id.B])).GetValueOrDefault(id.B) ?? []
        : await stores.Accounts.ExistingAsync(id.A == id.B ? [id.A] : [id.A, id.B]);

    static async Task<List<TraceReceiver>> LookAsync(TraceStores stores, LogRow message, List<int> users, Dictionary<long, string> names)
    {
        if (users.Count == 0)
            return [];
        var (id, seq) = (message.Conversation, message.Seq);
        var isConfirmed = await stores.Nodes.IsConfirmedAsync(message.Node, message.Ts); // before the rest: what is queued meanwhile is seen
        var marks = await stores.Marks.ReadAsync([.. users.Select(user => (user, id))]);
        var rows = await stores.Offline.RowsOfAsync(users, id, seq);
        var nodes = await stores.Presence.NodesOfAsync(users);
        var elsewhere = stores.Settings.IsBridged ? await stores.Presence.ElsewhereAsync(users) : [];
        var traced = new List<TraceReceiver>(users.Count);
        foreach (var user in users)
        {
            var mark = marks.GetValueOrDefault((user, id)) ?? new DeliveryMark(user, id, 0, 0, 0);
            var (isQueued, isOnline) = (rows.TryGetValue(user, out var queued), nodes.TryGetValue(user, out var node));
            traced.Add(new TraceReceiver(
                user, MessageTrace.StateOf(seq, new ReceiverFacts(mark, isQueued, isOnline, elsewhere.Contains(user), isConfirmed)), isQueued ? queued : null,
                isOnline ? await NameOfAsync(stores.Nodes, node, names) : null, stores.Sessions.Of(user) is { Count: > 0 } here ? here : null));
        }

        return traced;
    }

    static async Task<string> NameOfAsync(Nodes nodes, long incarnation, Dictionary<long, string> names)
    {
        if (!names.TryGetValue(incarnation, out var name))
            names[incarnation] = name = await nodes.NameOfAsync(incarnation) ?? $"start {incarnation}, which the database does not know any more";
        return name;
    }
}
