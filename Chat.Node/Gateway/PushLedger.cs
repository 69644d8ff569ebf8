using System.Runtime.InteropServices;
using Chat.Node.Actors;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>How far a conversation's pushes have been written to this connection, have left it, and have been reported to the user.</summary>
sealed class PushedNumbers
{
    public long Written;
    public long Flushed;
    public long Reported;
    public bool IsUnreported;

    /// <summary>The last numbers written to a legacy client, in any order. Legacy clients cannot detect duplicates, so we do it for them.</summary>
    public ReplayWindow Shown;
}

/// <summary>The pushes of one connection, by conversation: what was written, what has left, and what its user has been told of that.</summary>
struct PushLedger
{
    /// <summary>Of one conversation no more than so many numbers are kept back.</summary>
    public const int MaxUnreported = 64;

    SmallMap<ConversationId, PushedNumbers> _numbers;
    List<ConversationId>? _unreported;

    public readonly ReadOnlySpan<ConversationId> Unreported => CollectionsMarshal.AsSpan(_unreported);

    public PushedNumbers Of(ConversationId conversation)
    {
        if (!_numbers.TryGetValue(conversation, out var numbers))
            _numbers[conversation] = numbers = new PushedNumbers();
        return numbers;
    }

    public long WrittenTo(ConversationId conversation) => _numbers.TryGetValue(conversation, out var numbers) ? numbers.Written : 0;

    /// <summary>A push has left. True if the user has to be told at once that all up to <paramref name="upTo"/> has.</summary>
    public bool NoteFlushed(ConversationId conversation, long number, bool isModern, out long upTo)
    {
        var numbers = Of(conversation);
        upTo = numbers.Flushed = Math.Max(number, numbers.Flushed);
        // A legacy client acknowledges nothing: what its user is not told is given to it again if this node dies.
        if (!isModern || numbers.Flushed - numbers.Reported >= MaxUnreported)
        {
            numbers.Reported = numbers.Flushed;
            return true;
        }

        if (!numbers.IsUnreported)
        {
            numbers.IsUnreported = true;
            (_unreported ??= []).Add(conversation);
        }

        return false;
    }

    /// <summary>One of <see cref="Unreported"/> is reported now. False if its user has been told meanwhile.</summary>
    public bool TryReport(ConversationId conversation, out long upTo)
    {
        var numbers = Of(conversation);
        numbers.IsUnreported = false;
        upTo = numbers.Flushed;
        if (numbers.Reported >= upTo)
            return false;
        numbers.Reported = upTo;
        return true;
    }

    public readonly void ClearUnreported() => _unreported?.Clear();

    public void Clear() => _numbers.Clear();
}
