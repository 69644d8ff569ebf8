namespace Chat.Protocol;

/// <summary>A number that no request has.</summary>
public sealed record UnknownRequest(int Kind) : Request;

/// <summary>Not a valid request; <c>Reason</c> says what was wrong and what was expected.</summary>
public sealed record InvalidRequest(ErrorCode Error, string Reason) : Request
{
    /// <summary>The <c>msgid</c> of it, if that was found.</summary>
    public int Kind { get; init; }

    /// <summary>The conversation that it names, if it is of a kind that names one and that could be read.</summary>
    public ConversationId? Conversation { get; init; }

    /// <summary>No further object can be found in the stream.</summary>
    public bool IsFatal { get; init; }
}
