using System.Text.Json;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>For how long after it was sent a message may be changed, and how large it may become.</summary>
/// <param name="Edit">By its sender; zero: nobody edits.</param>
/// <param name="Recall">By its sender; who looks after a group may take back every message at any time.</param>
/// <param name="LargestBody">The canonical body that the database takes, in bytes.</param>
/// <param name="Limits">What can be delivered.</param>
readonly record struct ChangeWindows(TimeSpan Edit, TimeSpan Recall, int LargestBody, MessageLimits Limits);

/// <summary>What becomes of changes that are judged together: what is to be written (null: nothing), what is told, and an answer for each of them.</summary>
sealed record JudgedChanges(ChangeSet? Set, IReadOnlyList<MessageChangedPush> Pushes, IReadOnlyList<MessageChangeAnswer> Answers);

/// <summary>
/// Who may change a message, and what it becomes. Changes that come together are judged one after the other, but a message is written once, with one
/// rev: a thousand reactions are one. What is so already is a success and changes nothing. Pure.
/// </summary>
sealed class ChangeRules(ConversationId id, ChangeBasis basis, ChangeWindows windows, long now)
{
    /// <summary>Different reactions to one message.</summary>
    public const int MaxReactions = 20;

    readonly Dictionary<long, MessageChangedPush> _pushes = [];
    readonly List<long> _order = [];
    readonly HashSet<long> _rewritten = [];
    readonly Dictionary<(long Seq, int UserId, string Emoji), bool> _reactions = [];

    public static JudgedChanges Judge(ConversationId id, ChangeBasis basis, ChangeWindows windows, long now, IEnumerable<ChangeMessage> changes) =>
        new ChangeRules(id, basis, windows, now).Judge([.. changes]);

    /// <summary>Also of one that the asker is not shown.</summary>
    public static string NoMessage(ConversationId id, long seq) => $"there is no message {seq} in {id}";

    JudgedChanges Judge(IReadOnlyList<ChangeMessage> changes)
    {
        var refusals = changes.Select(Apply).ToList();
        for (var i = 0; i < _order.Count; i++)
        {
            var message = basis.Messages[_order[i]];
            (message.Rev, message.Changed) = (basis.Rev + i + 1, now);
        }

        var answers = changes.Zip(refusals, (change, refusal) => refusal ?? AnswerOf(change)).ToList();
        if (_order.Count == 0)
            return new JudgedChanges(null, [], answers);
        var set = new ChangeSet(
            id, basis.Rev, now, _order.ConvertAll(seq => basis.Messages[seq]), _rewritten,
            [.. _reactions.Select(each => new ReactionWrite(each.Key.Seq, each.Key.UserId, each.Key.Emoji, each.Value))]);
        return new JudgedChanges(set, _order.ConvertAll(PushOf), answers);
    }

    MessageChangeAnswer AnswerOf(ChangeMessage change)
    {
        var message = basis.Messages[change.Seq];
        return new MessageChangeAnswer(ErrorCode.None, "", message.Rev, message.Changed);
    }

    /// <summary>Null if the message is as it is to be now.</summary>
    MessageChangeAnswer? Apply(ChangeMessage change)
    {
        if (!MayCome(change))
            return MessageChangeAnswer.Refuse(ErrorCode.NotYours, $"you take no part in {id}");
        if (!basis.Messages.TryGetValue(change.Seq, out var message) || IsHidden(change))
            return MessageChangeAnswer.Refuse(ErrorCode.NotYours, NoMessage(id, change.Seq));
        if (message.Sender <= 0)
            return MessageChangeAnswer.Refuse(ErrorCode.Forbidden, $"message {change.Seq} of {id} is a system message: nobody has sent it, and nobody changes it");
        if (message.IsRecalled)
            return change.Kind == ChangeKind.Recall ? null : MessageChangeAnswer.Refuse(ErrorCode.Forbidden, "the message was recalled");
        try
        {
            return Apply(message, change.IsOfProduct ? change with { UserId = message.Sender } : change, change.IsOfProduct);
        }
        catch (JsonException)
        {
            return MessageChangeAnswer.Refuse(ErrorCode.NotFound, $"message {change.Seq} of {id} cannot be read"); // somebody has written into the log
        }
    }

    /// <param name="message">As it is.</param>
    /// <param name="change">By whom, and what.</param>
    /// <param name="isForced">Whatever the rules of users are.</param>
    MessageChangeAnswer? Apply(StoredMessage message, ChangeMessage change, bool isForced) =>
        change.Kind switch
        {
            ChangeKind.Edit => Edit(message, change, isForced),
            ChangeKind.Recall => Recall(message, change, isForced),
            ChangeKind.React => React(message, change),
            ChangeKind.Unreact => Unreact(message, change),
            ChangeKind.Pin or ChangeKind.Unpin => Pin(message, change, isForced),
            _ => MessageChangeAnswer.Refuse(ErrorCode.Malformed, "this node knows no such change"),
        };

    MessageChangeAnswer? Edit(StoredMessage message, ChangeMessage change, bool isForced)
    {
        if (message.Sender != change.UserId)
            return MessageChangeAnswer.Refuse(ErrorCode.Forbidden, "only its sender may edit a message");
        var body = ChangedBody.WithText(message.Body, change.Text);
        var references = change.Mentions.IsEmpty ? message.References : message.References.WithMentionsOf(MessageReferences.Parse(change.Mentions));
        if (body.AsSpan().SequenceEqual(message.Body) && references.ToBytes().AsSpan().SequenceEqual(message.References.ToBytes()))
            return null;
        if (!isForced && IsOver(message, windows.Edit))
            return MessageChangeAnswer.Refuse(ErrorCode.TooLate, $"a message may be edited for {windows.Edit.TotalHours:0} hours");
        if (body.Length > windows.LargestBody)
            return MessageChangeAnswer.Refuse(ErrorCode.TooLarge, "the database does not take the message");
        if (windows.Limits.Problem(body, references) is { } tooLarge)
            return MessageChangeAnswer.Refuse(ErrorCode.TooLarge, tooLarge);
        (message.Body, message.Edited, message.References) = (body, now, references);
        _rewritten.Add(message.Seq);
        Note(message, change.UserId, push => push with { Text = change.Text, Edited = now, Mentions = references });
        return null;
    }

    MessageChangeAnswer? Recall(StoredMessage message, ChangeMessage change, bool isForced)
    {
        if (!isForced && !LooksAfterGroup(change.UserId))
        {
            if (message.Sender != change.UserId)
                return MessageChangeAnswer.Refuse(ErrorCode.Forbidden, "only its sender may recall a message, or who looks after the group");
            if (IsOver(message, windows.Recall))
                return MessageChangeAnswer.Refuse(ErrorCode.TooLate, $"a message may be recalled for {windows.Recall.TotalSeconds:0} seconds");
        }

        var wasPinned = message.Pinned > 0;
        message.Body = ChangedBody.WithoutText(message.Body);
        message.References = message.References.Recalled;
        (message.RecalledBy, message.Recalled, message.Pinned) = (change.UserId, now, 0);
        _rewritten.Add(message.Seq);
        message.Reactions.Clear(); // of a text that is not there any more
        message.Own.Clear();
        foreach (var reaction in _reactions.Keys.Where(each => each.Seq == message.Seq).ToList())
            _reactions.Remove(reaction);
        Note(message, change.UserId, push => push with { Text = null, Edited = 0, Who = [], Recalled = new Recalled(change.UserId, now), IsPinned = wasPinned ? false : push.IsPinned });
        return null;
    }

    MessageChangeAnswer? React(StoredMessage message, ChangeMessage change)
    {
        if (message.Own.Contains((change.UserId, change.Text)))
            return null;
        if (message.Reactions.Count >= MaxReactions && !message.Reactions.ContainsKey(change.Text))
            return MessageChangeAnswer.Refuse(ErrorCode.TooLarge, $"the message has {MaxReactions} different reactions: no more are taken");
        message.Own.Add((change.UserId, change.Text));
        message.Reactions[change.Text] = message.Reactions.GetValueOrDefault(change.Text) + 1;
        NoteReaction(message, change, isThere: true);
        return null;
    }

    MessageChangeAnswer? Unreact(StoredMessage message, ChangeMessage change)
    {
        if (!message.Own.Remove((change.UserId, change.Text)))
            return null;
        if (--message.Reactions[change.Text] <= 0)
            message.Reactions.Remove(change.Text);
        NoteReaction(message, change, isThere: false);
        return null;
    }

    MessageChangeAnswer? Pin(StoredMessage message, ChangeMessage change, bool isForced)
    {
        var isPinned = change.Kind == ChangeKind.Pin;
        if (id.IsGroup && !isForced && !LooksAfterGroup(change.UserId))
            return MessageChangeAnswer.Refuse(ErrorCode.Forbidden, "only who looks after the group may pin in it");
        if (message.Pinned > 0 == isPinned)
            return null;
        message.Pinned = isPinned ? now : 0;
        Note(message, change.UserId, push => push with { IsPinned = isPinned });
        return null;
    }

    /// <summary>A reaction that was there before, and is taken back and given again here, need not be written.</summary>
    void NoteReaction(StoredMessage message, ChangeMessage change, bool isThere)
    {
        if (!_reactions.Remove((message.Seq, change.UserId, change.Text)))
            _reactions.Add((message.Seq, change.UserId, change.Text), isThere);
        Note(message, change.UserId, push => push with { Who = [.. push.Who.Append(new ReactionNews(change.UserId, change.Text, !isThere)).TakeLast(MessageChangedPush.MaxNames)] });
    }

    void Note(StoredMessage message, int userId, Func<MessageChangedPush, MessageChangedPush> change)
    {
        if (!_pushes.TryGetValue(message.Seq, out var push))
        {
            push = new MessageChangedPush(id, message.Seq, 0, 0, userId);
            _order.Add(message.Seq);
        }

        _pushes[message.Seq] = change(push) with { By = userId };
    }

    MessageChangedPush PushOf(long seq)
    {
        var (push, message) = (_pushes[seq], basis.Messages[seq]);
        return push with
        {
            Rev = message.Rev,
            Prev = message.Rev - 1,
            Reactions = push.Who.Count > 0 ? new Dictionary<string, int>(message.Reactions) : null,
        };
    }

    bool MayCome(ChangeMessage change) =>
        change.IsOfProduct ? change.Kind is not (ChangeKind.React or ChangeKind.Unreact)
        : (id.IsGroup ? basis.Roles.ContainsKey(change.UserId) : id.IsBetween(change.UserId)) || TakesBackOwnReaction(change);

    /// <summary>The user has cleared the conversation up to there. To take something back one needs not see it.</summary>
    bool IsHidden(ChangeMessage change) =>
        change is { IsOfProduct: false, Kind: not ChangeKind.Recall } && change.Seq <= basis.HiddenTo.GetValueOrDefault(change.UserId) && !TakesBackOwnReaction(change);

    /// <summary>Whoever has left takes nothing else back. Who is erased has no other way: the others are to be told.</summary>
    bool TakesBackOwnReaction(ChangeMessage change) =>
        change.Kind == ChangeKind.Unreact && basis.Messages.TryGetValue(change.Seq, out var message) && message.Own.Contains((change.UserId, change.Text));

    bool LooksAfterGroup(int userId) => id.IsGroup && basis.Roles.GetValueOrDefault(userId) is "creator" or "admin";

    bool IsOver(StoredMessage message, TimeSpan window) => now - message.Ts > window.TotalMilliseconds;
}
