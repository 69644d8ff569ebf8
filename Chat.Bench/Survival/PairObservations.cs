using Chat.Checker.Checking;
using Chat.Protocol;

namespace Chat.Bench.Survival;

/// <summary>What the real clients of a run saw, in the words of the one checker: the history is the log. Pure.</summary>
sealed class PairObservations(IReadOnlyList<MadeMessage> sent)
{
    readonly List<string> _missing = [];

    /// <summary>The clients sort and repeat by themselves: all that one of them got counts as one connection.</summary>
    public Observations Seen { get; } = new() { Sent = [.. sent], HasOtherWriters = true };

    /// <param name="user">Who it was told to.</param>
    /// <param name="acknowledged">What it was promised.</param>
    /// <param name="received">In the order of arrival, what others have sent.</param>
    public void AddUser(int user, IEnumerable<Acknowledgement> acknowledged, IEnumerable<Sighting> received)
    {
        Seen.Acknowledgements.AddRange(acknowledged);
        var connection = new ConnectionLog(user, device: user, isModern: true);
        connection.Pushes.AddRange(received);
        Seen.Connections.Add(connection);
    }

    /// <param name="conversation">Of two users.</param>
    /// <param name="history">In the order of the pages, from the first message of this run on.</param>
    public void AddHistory(ConversationId conversation, IReadOnlyList<LoggedMessage> history)
    {
        Seen.Members[conversation] = [conversation.A, conversation.B];
        if (history.Count > 0)
            Seen.FirstSeqs[conversation] = history[0].Seq;
        Seen.Log.AddRange(history);
    }

    /// <summary>A client was told that it cannot have some messages.</summary>
    public void AddMissing(IEnumerable<string> missing) => _missing.AddRange(missing);

    public List<Violation> Check() =>
    [
        .. DeliveryChecker.Check(Seen), .. _missing.Select(detail => new Violation(ViolationKind.NotDelivered, $"the client was told that messages are missing: {detail}")),
    ];
}
