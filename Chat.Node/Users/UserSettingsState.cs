using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Users;

/// <summary>What a change leads to: events (none, if all is as it should be already), or why it is refused.</summary>
sealed record SettingsDecision(ErrorCode Error, string Reason, IReadOnlyList<IUserSettingsEvent> Events);

/// <summary>The settings of one user. Pure: a change is judged into events, events are applied, nothing else happens.</summary>
sealed class UserSettingsState(int userId)
{
    readonly SortedSet<ConversationId> _muted = [];
    readonly List<ConversationId> _pinned = [];
    PresencePrivacy _presence;
    bool _hidesReceipts;

    /// <summary>What others do not see.</summary>
    public HiddenThings Hides => new(_presence == PresencePrivacy.Nobody, _hidesReceipts, _presence == PresencePrivacy.Contacts);

    public UserSettings Settings => new(_presence, [.. _muted], [.. _pinned]) { HidesReceipts = _hidesReceipts };

    public IPersisted Snapshot
    {
        get
        {
            var snapshot = new UserSettingsSnapshot(_presence, [.. _muted], [.. _pinned]);
            return _hidesReceipts ? new HidingSettingsSnapshot(snapshot) : snapshot;
        }
    }

    /// <summary>All of it or nothing. What is taken away makes room for what is added.</summary>
    public SettingsDecision Decide(SettingsChange change)
    {
        foreach (var id in change.Conversations)
        {
            if (!id.IsGroup && !id.IsBetween(userId))
                return Refuse(ErrorCode.NotYours, $"you take no part in {id}");
        }

        var events = new List<IUserSettingsEvent>(6);
        if (change.Presence is { } presence && presence != _presence)
            events.Add(new PresenceChosen(presence));
        if (change.HidesReceipts is { } hides && hides != _hidesReceipts)
            events.Add(new ReceiptsChosen(hides));
        if (change.Unmute is { } unmuted && _muted.Contains(unmuted))
            events.Add(new ConversationUnmuted(unmuted));
        if (change.Unpin is { } unpinned && _pinned.Contains(unpinned))
            events.Add(new ConversationUnpinned(unpinned));
        if (change.Mute is { } muted && !_muted.Contains(muted))
        {
            if (_muted.Count - events.OfType<ConversationUnmuted>().Count() >= UserSettings.MaxMuted)
                return Refuse(ErrorCode.TooLarge, $"at most {UserSettings.MaxMuted} conversations can be muted: unmute one first");
            events.Add(new ConversationMuted(muted));
        }

        if (change.Pin is { } pinned && !_pinned.Contains(pinned))
        {
            if (_pinned.Count - events.OfType<ConversationUnpinned>().Count() >= UserSettings.MaxPinned)
                return Refuse(ErrorCode.TooLarge, $"at most {UserSettings.MaxPinned} conversations can be pinned: unpin one first");
            events.Add(new ConversationPinned(pinned));
        }

        return new SettingsDecision(ErrorCode.None, "", events);
    }

    /// <summary>Takes any event that was ever decided, also when today's rules would not allow it.</summary>
    public void Apply(IUserSettingsEvent happened)
    {
        switch (happened)
        {
            case PresenceChosen chosen:
                _presence = chosen.Presence;
                break;
            case ReceiptsChosen chosen:
                _hidesReceipts = chosen.Hides;
                break;
            case ConversationMuted muted:
                _muted.Add(muted.Conversation);
                break;
            case ConversationUnmuted unmuted:
                _muted.Remove(unmuted.Conversation);
                break;
            case ConversationPinned pinned:
                _pinned.Add(pinned.Conversation);
                break;
            case ConversationUnpinned unpinned:
                _pinned.Remove(unpinned.Conversation);
                break;
            default:
                throw new ArgumentException($"{happened.GetType()} changes nothing here", nameof(happened));
        }
    }

    /// <param name="stored">A <see cref="Snapshot"/>.</param>
    public void Restore(object stored)
    {
        _hidesReceipts = stored is HidingSettingsSnapshot;
        var snapshot = stored is HidingSettingsSnapshot hiding ? hiding.Rest : (UserSettingsSnapshot)stored;
        _presence = snapshot.Presence;
        _muted.Clear();
        _muted.UnionWith(snapshot.Muted);
        _pinned.Clear();
        _pinned.AddRange(snapshot.Pinned);
    }

    static SettingsDecision Refuse(ErrorCode error, string reason) => new(error, reason, []);
}
