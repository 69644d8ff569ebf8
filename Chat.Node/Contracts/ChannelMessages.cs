namespace Chat.Node.Contracts;

/// <summary>
/// User to the keeper of a node: listen for what other servers publish for this user. <c>Opens</c>: and pass on what comes; else it
/// is kept until <see cref="OpenChannel"/>, for another node passes it on still. Answered with <see cref="ChannelHeld"/>.
/// </summary>
sealed record HoldChannel(int UserId, bool Opens) : IClusterMessage;

/// <summary>
/// The same, for a user who has just come: what other servers queued before goes first, so what comes is kept until
/// <see cref="OpenChannel"/>, or for some seconds. A node that listens already passes on as before.
/// </summary>
sealed record HoldPausedChannel(int UserId) : IClusterMessage;

/// <summary>
/// User to the next keeper: the one before has ended; pass on what comes, and of what is kept everything behind <c>Seen</c>. Answered
/// with <see cref="ChannelHeld"/>.
/// </summary>
sealed record OpenChannel(int UserId, IReadOnlyList<long> Seen) : IClusterMessage;

/// <summary>User to a keeper: do not listen any more. Answered with <see cref="ChannelLeft"/>.</summary>
sealed record LeaveChannel(int UserId) : IClusterMessage;

/// <summary>Keeper to user: the node listens, as well as it can now.</summary>
sealed record ChannelHeld(int UserId, long Node) : IUserMessage;

/// <summary>
/// Keeper to user: the node does not listen any more, and everything it received is passed on. <c>Seen</c>: marks of the last of it, in
/// their order.
/// </summary>
sealed record ChannelLeft(int UserId, long Node, IReadOnlyList<long> Seen) : IUserMessage;

/// <summary>Keeper to user: this node listens for you and has no session of yours. Answered with <see cref="LeaveChannel"/> if that is wrong.</summary>
sealed record CheckChannel(int UserId, long Node) : IUserMessage;

/// <summary>Queue watch to user: another server has queued something for you while you are here.</summary>
sealed record QueueGrown(int UserId, long RowId) : IUserMessage;

/// <summary>Login to user: may a node of ours listen for you? Answered with <see cref="ListeningAnswer"/>.</summary>
sealed record AskListening(int UserId) : IUserMessage;

/// <summary>User to login: whether one may; else whoever listens is another server.</summary>
sealed record ListeningAnswer(bool MayBeOurs) : IClusterMessage;
