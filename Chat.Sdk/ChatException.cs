using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>A request failed; <see cref="Code"/> says why.</summary>
public class ChatException : Exception
{
    /// <summary>A refusal by the server, or by the client in its place.</summary>
    public ChatException(ErrorCode code, string message)
        : this(code, message, code.IsRetryable())
    {
    }

    /// <summary>The same with the server's own word on whether to repeat it.</summary>
    public ChatException(ErrorCode code, string message, bool isRetryable)
        : base(message)
    {
        Code = code;
        IsRetryable = isRetryable;
    }

    /// <summary>A failure that no server is to blame for.</summary>
    protected ChatException(string message, Exception? inner, bool isRetryable)
        : base(message, inner) => IsRetryable = isRetryable;

    /// <summary>The server's error; <see cref="ErrorCode.None"/> when it was the connection that failed.</summary>
    public ErrorCode Code { get; }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsRetryable { get; }
}

/// <summary>No connection, or it was lost before the reply: whether the request was carried out is unknown.</summary>
public sealed class ChatConnectionException : ChatException
{
    /// <summary>Says what happened to the connection.</summary>
    public ChatConnectionException(string message, Exception? inner = null)
        : base(message, inner, isRetryable: true)
    {
    }
}
