namespace Chat.Node.Contracts;

/// <summary>
/// User to the subscriber of a node: listen for messages that other servers publish for this user. With <c>Opens</c> pass them on. Else
/// keep them until <see cref="OpenChannel"/>, because another node still passes them on. Answered with <see cref="ChannelHeld"/>.
/// </summary>
sealed record HoldChannel(int UserId, bool Opens) : IClusterMessage;

/// <summary>
/// The same, for a user who has just come. Messages that other servers queued before go first. So published messages are kept until
/// <see cref="OpenChannel"/>, or for some seconds. A node that listens already passes on as before.
/// </summary>
sealed record HoldPausedChannel(int UserId) : IClusterMessage;

/// <summary>
/// User to the next subscriber: the one before has ended. Pass on new messages, and the kept ones behind <c>Seen</c>. Answered
/// with <see cref="ChannelHeld"/>.
/// </summary>
sealed record OpenChannel(int UserId, IReadOnlyList<long> Seen) : IClusterMessage;

/// <summary>User to a subscriber: do not listen any more. Answered with <see cref="ChannelLeft"/>.</summary>
sealed record LeaveChannel(int UserId) : IClusterMessage;

/// <summary>Subscriber to user: the node listens, as well as it can now.</summary>
sealed record ChannelHeld(int UserId, long Node) : IUserMessage;

/// <summary>
/// Subscriber to user: the node does not listen any more, and has passed on everything that it received. <c>Seen</c> has marks of the last
/// messages, in their order.
/// </summary>
sealed record ChannelLeft(int UserId, long Node, IReadOnlyList<long> Seen) : IUserMessage;

/// <summary>Subscriber to user: this node listens for you and has no session of yours. Answered with <see cref="LeaveChannel"/> if that is wrong.</summary>
sealed record CheckChannel(int UserId, long Node) : IUserMessage;

/// <summary>Poller of the queue to user: another server has queued something for you while you are here.</summary>
sealed record QueueGrown(int UserId, long RowId) : IUserMessage;

/// <summary>Login to user: may a node of ours listen for you? Answered with <see cref="ListeningAnswer"/>.</summary>
sealed record AskListening(int UserId) : IUserMessage;

/// <summary>User to login: whether a node of ours may listen. If none may, another server is listening.</summary>
sealed record ListeningAnswer(bool MayBeOurs) : IClusterMessage;
