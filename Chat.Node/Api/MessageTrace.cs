using Chat.Node.Storage;

namespace Chat.Node.Api;

/// <summary>What is stored of a message for one receiver.</summary>
/// <param name="Mark">How far the receiver has come in the conversation.</param>
/// <param name="IsQueued">It waits in the offline queue.</param>
/// <param name="IsOnline">The receiver has a session at a node.</param>
/// <param name="IsElsewhere">The receiver is at an unclustered server, and at no node.</param>
/// <param name="IsConfirmed">The conversation knows that every receiver was given the message, or has it in the queue.</param>
readonly record struct ReceiverFacts(DeliveryMark Mark, bool IsQueued, bool IsOnline, bool IsElsewhere = false, bool IsConfirmed = false);

/// <summary>Where a message is, from what is stored: nothing is noted for it while it is on its way. Pure.</summary>
static class MessageTrace
{
    /// <summary>All states, the furthest first.</summary>
    public static IReadOnlyList<string> States { get; } = ["read", "received", "published", "queued", "given", "underWay", "unconfirmed"];

    /// <summary>How far a message has come for one receiver.</summary>
    public static string StateOf(long seq, ReceiverFacts facts) => facts switch
    {
        { Mark.ReadTo: var read } when read >= seq => "read",
        // The mark is raised when the message was published to the other server, which acknowledges nothing: nobody knows more.
        { IsElsewhere: true, Mark.ReceivedTo: var published } when published >= seq => "published",
        { Mark.ReceivedTo: var received } when received >= seq => "received",
        { IsQueued: true } => "queued",
        { Mark.QueuedTo: var queued } when queued >= seq => "given", // a session took its row, or the mark was raised with it: the device has not said so
        { IsConfirmed: true } => "given",
        { IsOnline: true } => "underWay",
        _ => "unconfirmed",
    };
}
