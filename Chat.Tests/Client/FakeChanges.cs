using System.Collections.ObjectModel;
using Chat.Protocol;

namespace Chat.Tests.Client;

/// <summary>What became of the messages of a <see cref="FakeChatStore"/>, which has the lock.</summary>
sealed class FakeChanges
{
    readonly Dictionary<ConversationId, long> _revs = [];
    readonly Dictionary<(ConversationId, long Seq), MessageState> _states = [];
    readonly Dictionary<(ConversationId, long Seq), List<(int User, string Emoji)>> _reactions = [];

    public long RevOf(ConversationId conversation) => _revs.GetValueOrDefault(conversation);

    /// <summary>A copy of the database was put back that knows no more revs.</summary>
    public void Rewind(ConversationId conversation, long rev)
    {
        _revs[conversation] = rev;
        foreach (var key in _states.Where(entry => entry.Key.Item1 == conversation && entry.Value.Rev > rev).Select(entry => entry.Key).ToList())
            _states.Remove(key);
    }

    public IEnumerable<MessageState> Since(ConversationId conversation, long rev, int user) =>
        _states.Where(entry => entry.Key.Item1 == conversation && entry.Value.Rev > rev).OrderBy(entry => entry.Value.Rev).Select(entry => Find(conversation, entry.Key.Seq, user)!);

    public MessageState? Find(ConversationId conversation, long seq, int user) => _states.TryGetValue((conversation, seq), out var state)
        ? state with { Mine = [.. ReactionsOf(conversation, seq).Where(each => each.User == user).Select(each => each.Emoji)] }
        : null;

    /// <summary>Null: it is so already.</summary>
    public MessageChangedPush? Change(int user, ChangeMessageRequest request, long now)
    {
        var (id, seq) = (request.Conversation, request.Seq);
        var rev = RevOf(id) + 1;
        var state = _states.GetValueOrDefault((id, seq)) ?? new(seq, 0);
        var push = new MessageChangedPush(id, seq, rev, rev - 1, user);
        var reactions = ReactionsOf(id, seq);
        var own = (user, request.Text);
        switch (request.Kind)
        {
            case ChangeKind.Edit when state.Text != request.Text:
                state = state with { Text = request.Text, Edited = now };
                push = push with { Text = request.Text, Edited = now };
                break;
            case ChangeKind.Recall when state.Recalled is null:
                state = state with { Text = null, Edited = 0, Recalled = new(user, now), Reactions = ReadOnlyDictionary<string, int>.Empty };
                reactions.Clear();
                push = push with { Recalled = state.Recalled };
                break;
            case ChangeKind.React when !reactions.Contains(own):
                reactions.Add(own);
                push = Reacted(isTakenBack: false);
                break;
            case ChangeKind.Unreact when reactions.Remove(own):
                push = Reacted(isTakenBack: true);
                break;
            case ChangeKind.Pin or ChangeKind.Unpin when state.IsPinned != (request.Kind == ChangeKind.Pin):
                state = state with { IsPinned = request.Kind == ChangeKind.Pin };
                push = push with { IsPinned = state.IsPinned };
                break;
            default:
                return null;
        }

        _revs[id] = rev;
        _states[(id, seq)] = state with { Rev = rev };
        return push;

        MessageChangedPush Reacted(bool isTakenBack)
        {
            var counts = reactions.GroupBy(each => each.Emoji).ToDictionary(group => group.Key, group => group.Count());
            state = state with { Reactions = new ReadOnlyDictionary<string, int>(counts) };
            return push with { Reactions = state.Reactions, Who = [new(user, request.Text, isTakenBack)] };
        }
    }

    List<(int User, string Emoji)> ReactionsOf(ConversationId conversation, long seq)
    {
        if (!_reactions.TryGetValue((conversation, seq), out var reactions))
            _reactions[(conversation, seq)] = reactions = [];
        return reactions;
    }
}
