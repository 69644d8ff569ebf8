using Chat.Protocol;

namespace ChatActors.Client.Posts;

/// <summary>Where a post stands.</summary>
enum PostStage
{
    /// <summary>To be sent, for the first time or again.</summary>
    Waiting,

    /// <summary>Sent on the present connection, not answered yet.</summary>
    OnWire,

    /// <summary>Refused with <c>retry</c>.</summary>
    Refused,

    /// <summary>Acknowledged, failed, or given up before it was ever sent.</summary>
    Done,
}

/// <summary>One message of this user on its way to the server.</summary>
sealed class PendingPost(ConversationId conversation, string cmid, Func<long, byte[]> write, bool refers = false)
{
    readonly TaskCompletionSource<SentMessage> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConversationId Conversation => conversation;

    public string Cmid => cmid;

    /// <summary>Whether it needs a server that knows what a message may refer to.</summary>
    public bool Refers => refers;

    public PostStage Stage { get; set; }

    /// <summary>Whether a server may have it.</summary>
    public bool WasSent { get; set; }

    /// <summary>Whether nobody waits for the outcome any more.</summary>
    public bool IsAbandoned { get; set; }

    public Task<SentMessage> Result => _result.Task;

    public byte[] ToFrame(long requestRef) => write(requestRef);

    public void Succeed(long seq, long timestamp) => _result.TrySetResult(new(conversation, seq, timestamp, cmid));

    public void Fail(Exception reason) => _result.TrySetException(reason);

    public void Cancel(CancellationToken cancellationToken) => _result.TrySetCanceled(cancellationToken);
}
