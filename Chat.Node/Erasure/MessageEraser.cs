using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Erasure;

/// <summary>
/// Takes the messages of a user back, conversation by conversation, as if the product's own servers did: numbers stay, whoever is there is told, and the texts are
/// gone from the log, the search, the queues, and with them the files. Then the name goes from what is left.
/// </summary>
/// <param name="store">Where they are.</param>
/// <param name="retention">Where a conversation's time begins, and who may have something of it in the queue.</param>
/// <param name="names">Of those whom system messages name.</param>
/// <param name="person">What the user is called now.</param>
/// <param name="conversations">Their actors.</param>
sealed class MessageEraser(ErasedMessages store, RetentionStore retention, UserDirectory names, ErasedPerson person, Lazy<IActorRef> conversations)
{
    /// <summary>Messages that are taken back at once.</summary>
    const int AtOnce = 50;

    /// <summary>Pages of conversations that are looked at in a step, where there is nothing of the user.</summary>
    const int PagesInStep = 20;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Some pages.</summary>
    /// <param name="userId">Whose messages.</param>
    /// <param name="place">How far it is.</param>
    /// <param name="since">Only what was sent since then; 0: everything.</param>
    /// <returns>How far it is now, null at the end; and how many were emptied.</returns>
    public async Task<(ErasurePlace? Place, int Count)> StepAsync(int userId, ErasurePlace place, long since)
    {
        Queue<ConversationId> ahead = [];
        for (var pages = 0; pages < PagesInStep; pages++)
        {
            if (place.Seq == ErasurePlace.End)
            {
                if (ahead.Count == 0)
                    ahead = new Queue<ConversationId>(await store.NextAsync(userId, place));
                if (!ahead.TryDequeue(out var next))
                {
                    if (place.Stage + 1 >= ErasedMessages.Stages)
                        return (null, 0);
                    place = new ErasurePlace(place.Stage + 1, 0, 0, ErasurePlace.End);
                    continue;
                }

                place = new ErasurePlace(place.Stage, next.A, next.B, since == 0 ? 0 : await retention.FirstSinceAsync(next, 1, since) - 1);
            }

            var id = ConversationId.FromStored(place.A, place.B);
            if (await store.EndOfPageAsync(id, place.Seq) is not { } to)
            {
                place = place with { Seq = ErasurePlace.End };
                if (!id.IsGroup)
                    conversations.Value.Tell(new ReloadMembers(id), ActorRefs.Nobody); // nobody writes there any more
                continue;
            }

            var count = await EraseAsync(id, place.Seq, to, userId);
            place = place with { Seq = to };
            if (count is { } done)
                return (place, done);
        }

        return (place, 0);
    }

    /// <summary>How many messages of a page were emptied; null: there is nothing of the user in it.</summary>
    async Task<int?> EraseAsync(ConversationId id, long after, long to, int userId)
    {
        var own = await store.OwnAsync(id, after, to, userId);
        foreach (var some in own.Where(message => !message.IsRecalled).Chunk(AtOnce))
            await Task.WhenAll(some.Select(message => RecallAsync(id, message.Seq)));
        var reactions = await store.ReactionsAsync(id, after, to, userId);
        foreach (var reaction in reactions)
            await TakeBackAsync(id, reaction, userId);
        var isRewritten = await RewriteAsync(id, after, to, userId);
        if (own.Count > 0)
            await ForgetQueuedAsync(id, own.ConvertAll(message => message.Seq));
        return own.Count > 0 || reactions.Count > 0 || isRewritten ? own.Count(message => !message.IsRecalled) : null;
    }

    /// <summary>What is not there any more, and what nobody can read, is as good as taken back.</summary>
    async Task RecallAsync(ConversationId id, long seq)
    {
        var answer = await AskAsync(new ChangeMessage(id, ChangeMessage.Product, seq, ChangeKind.Recall, ""));
        if (answer.Error is not (ErrorCode.None or ErrorCode.NotYours or ErrorCode.NotFound))
            throw new StorageException($"message {seq} of {id} could not be taken back: {answer.Reason}");
    }

    async Task TakeBackAsync(ConversationId id, ErasedReaction reaction, int userId)
    {
        var answer = await AskAsync(new ChangeMessage(id, userId, reaction.Seq, ChangeKind.Unreact, reaction.Text));
        if (answer.Error == ErrorCode.Unavailable)
            throw new StorageException($"a reaction in {id} could not be taken back: {answer.Reason}");
        if (answer.Error != ErrorCode.None)
            await store.ForgetReactionAsync(id, reaction, userId);
    }

    Task<MessageChangeAnswer> AskAsync(ChangeMessage change) => conversations.Value.Ask<MessageChangeAnswer>(change, Patience);

    /// <summary>The name that stands in the user's messages, and in system messages.</summary>
    async Task<bool> RewriteAsync(ConversationId id, long after, long to, int userId)
    {
        var rows = await store.BodiesAsync(id, after, to, userId);
        if (rows.Count == 0)
            return false;
        var bodies = new List<(long Seq, byte[] Body)>();
        var name = await person.NameAsync(userId);
        foreach (var row in rows.Where(row => row.Sender == userId))
        {
            if (ErasedBody.Of(row.Body, name) is { } body)
                bodies.Add((row.Seq, body));
        }

        var system = rows.Where(row => row.Sender == 0).Select(row => (row.Seq, row.Body, Message: ErasedBody.Naming(row.Body, userId)!)).Where(row => row.Message is not null).ToList();
        if (system.Count > 0)
        {
            var named = (await names.FindAsync([.. system.SelectMany(row => SystemText.Named(row.Message)).Distinct()])).ToDictionary(user => user.Id, user => user.Name);
            foreach (var (seq, before, message) in system)
            {
                if (ErasedBody.Of(before, message, named) is { } body)
                    bodies.Add((seq, body));
            }
        }

        if (bodies.Count > 0)
            await store.WriteAsync(id, bodies);
        return bodies.Count > 0;
    }

    async Task ForgetQueuedAsync(ConversationId id, IReadOnlyCollection<long> seqs)
    {
        for (var after = 0; await retention.UsersAsync(id, after) is { Count: > 0 } users; after = users[^1])
        {
            await store.ForgetQueuedAsync(id, users, seqs);
            if (users.Count < RetentionStore.UsersAtOnce)
                return;
        }
    }
}
