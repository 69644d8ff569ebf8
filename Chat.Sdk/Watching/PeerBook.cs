using Chat.Protocol;

namespace ChatActors.Client.Watching;

/// <summary>How far the others are in the conversations of one user with one other: marks never go back, whatever comes late.</summary>
sealed class PeerBook
{
    readonly Lock _gate = new();
    readonly Dictionary<ConversationId, PeerMarks> _marks = [];
    int _userId;

    /// <summary>A login: another user has other conversations.</summary>
    public void Open(int userId)
    {
        lock (_gate)
        {
            if (_userId != userId)
                _marks.Clear();
            _userId = userId;
        }
    }

    public PeerMarks Of(ConversationId conversation)
    {
        lock (_gate)
            return _marks.GetValueOrDefault(conversation);
    }

    /// <summary>Null: it is no news.</summary>
    public ReceiptReceived? Note(ConversationId conversation, int userId, long received, long read)
    {
        lock (_gate)
        {
            var before = _marks.GetValueOrDefault(conversation);
            var now = new PeerMarks(Math.Max(before.Received, Math.Max(received, read)), Math.Max(before.Read, read));
            if (now == before)
                return null;
            _marks[conversation] = now;
            return new(conversation, userId, now.Received, now.Read);
        }
    }

    /// <summary>The server has gone back, and does not have what is above <paramref name="to"/>.</summary>
    public void Rewind(ConversationId conversation, long to)
    {
        lock (_gate)
        {
            if (_marks.TryGetValue(conversation, out var marks))
                _marks[conversation] = new(Math.Min(marks.Received, to), Math.Min(marks.Read, to));
        }
    }
}
