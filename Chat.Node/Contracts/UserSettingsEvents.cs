using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>Something that a user has changed about the settings: stored for ever, so its meaning is frozen.</summary>
interface IUserSettingsEvent : IPersisted;

/// <summary>The user has chosen who sees that the user is online.</summary>
sealed record PresenceChosen(PresencePrivacy Presence) : IUserSettingsEvent;

/// <summary>The user has chosen whether others see how far the user has read.</summary>
sealed record ReceiptsChosen(bool Hides) : IUserSettingsEvent;

/// <summary>A conversation has been muted.</summary>
sealed record ConversationMuted(ConversationId Conversation) : IUserSettingsEvent;

/// <summary>A conversation is muted no more.</summary>
sealed record ConversationUnmuted(ConversationId Conversation) : IUserSettingsEvent;

/// <summary>A conversation has been pinned behind the others.</summary>
sealed record ConversationPinned(ConversationId Conversation) : IUserSettingsEvent;

/// <summary>A conversation is pinned no more.</summary>
sealed record ConversationUnpinned(ConversationId Conversation) : IUserSettingsEvent;

/// <summary>The state after all events up to a number, so that these events need not be kept.</summary>
sealed record UserSettingsSnapshot(
    PresencePrivacy Presence, IReadOnlyList<ConversationId> Muted, IReadOnlyList<ConversationId> Pinned) : IPersisted;

/// <summary>The same of a user who hides how far the user has read. Everybody else's is of the kind that nodes of an earlier version read too.</summary>
sealed record HidingSettingsSnapshot(UserSettingsSnapshot Rest) : IPersisted;
