using Chat.Protocol;

namespace Chat.Checker.Checking;

/// <summary>A message that a client has sent, once or several times; its number is its place in the list of all.</summary>
readonly record struct MadeMessage(int Number, ConversationId Conversation, int Sender, int Device);

/// <summary>An answer of a node: this message is in the log at this place.</summary>
readonly record struct Acknowledgement(int Number, ConversationId Conversation, long Seq, long Ts);

/// <summary>
/// A message as a client saw it. <c>Number</c> is -1 if its text is none of ours, <c>Seq</c> is 0 for a legacy client, <c>At</c>
/// is in milliseconds of the run.
/// </summary>
readonly record struct Sighting(ConversationId Conversation, long Seq, int Number, int Sender, int At);

/// <summary>A row of the log.</summary>
readonly record struct LoggedMessage(ConversationId Conversation, long Seq, int Number, int Sender, long Ts);

/// <summary>A time, in milliseconds of the run, in which something was made to go wrong.</summary>
readonly record struct Disturbance(int From, int To);

/// <summary>A whole conversation as a client read it with 107.</summary>
sealed record HistoryRead(int User, ConversationId Conversation, IReadOnlyList<Sighting> Messages);

/// <summary>One connection of a client, in the order of what it received.</summary>
sealed class ConnectionLog(int user, int device, bool isModern)
{
    public int User => user;

    /// <summary>The number of the client program; a user may have several.</summary>
    public int Device => device;

    public bool IsModern => isModern;

    /// <summary>What came by itself, also what had been queued.</summary>
    public List<Sighting> Pushes { get; } = [];

    /// <summary>What the client asked for: after its login, and where a later number showed a hole.</summary>
    public List<Sighting> CaughtUp { get; } = [];
}

/// <summary>All that is known of a run. The connections of a client are in the order of their starts.</summary>
sealed class Observations
{
    public Dictionary<ConversationId, IReadOnlyList<int>> Members { get; } = [];

    public List<MadeMessage> Sent { get; init; } = [];

    public List<Acknowledgement> Acknowledgements { get; init; } = [];

    /// <summary>Messages of modern clients that had no acknowledgement in the end.</summary>
    public List<int> Unanswered { get; init; } = [];

    public List<ConnectionLog> Connections { get; init; } = [];

    public List<LoggedMessage> Log { get; init; } = [];

    /// <summary>Where the log of a conversation begins that was not empty before the run; else at 1.</summary>
    public Dictionary<ConversationId, long> FirstSeqs { get; } = [];

    /// <summary>Others write to these conversations too: a row that is none of the run's (number -1) is nobody's business.</summary>
    public bool HasOtherWriters { get; init; }

    public List<HistoryRead> Histories { get; init; } = [];

    /// <summary>Answers that no client of the population should ever get.</summary>
    public List<string> Refusals { get; init; } = [];

    /// <summary>Ends of nodes that nobody wanted.</summary>
    public List<string> UnexpectedExits { get; init; } = [];

    public List<Disturbance> Disturbances { get; init; } = [];
}
