using System.Text.Json;

namespace Chat.Protocol;

/// <summary>
/// What a request carried as <c>ref</c>: the JSON token (an integer or a string) as it was sent, to be repeated in the
/// reply. The default is "no ref".
/// </summary>
public readonly record struct RequestRef(ReadOnlyMemory<byte> Token)
{
    /// <summary>The longest token, in bytes.</summary>
    public const int MaxBytes = 128;

    /// <summary>Whether there is no <c>ref</c>.</summary>
    public bool IsNone => Token.IsEmpty;

    /// <summary>Whether a JSON token is an integer or a string, and short enough.</summary>
    internal static bool IsValid(ReadOnlySpan<byte> token)
    {
        if (token.IsEmpty || token.Length > MaxBytes)
            return false;
        var digits = token[0] == '-' ? token[1..] : token;
        return token[0] == '"' || !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}

/// <summary>One object from a client, read by <see cref="RequestReader"/>.</summary>
public abstract record Request
{
    /// <summary>The <c>ref</c> that the reply repeats.</summary>
    public RequestRef Ref { get; init; }

    /// <summary>Its <c>msgid</c>; 0 for what was received as it is and cannot be written again.</summary>
    internal virtual int Number => 0;

    /// <summary>The object that a client sends, with a line end. <c>ref</c> comes early, so that the server can repeat it even when the rest is too large for it.</summary>
    /// <param name="requestRef">What the reply repeats; 0: nothing.</param>
    /// <exception cref="InvalidOperationException">It is none that a client makes: an invalid one, or a message, which <see cref="SendMessageRequest.ToBytes"/> writes.</exception>
    public byte[] ToBytes(long requestRef = 0) => Number != 0
        ? RequestBytes.Write(Number, requestRef, WriteMembers)
        : throw new InvalidOperationException($"{GetType().Name} is only read");

    /// <summary>Everything but <c>msgid</c> and <c>ref</c>.</summary>
    internal virtual void WriteMembers(Utf8JsonWriter writer)
    {
        // most have none
    }
}

/// <summary>A request of a user who is logged in, other than a message.</summary>
public abstract record UserRequest : Request
{
    /// <summary>Whose the request says it is: must be the session's own.</summary>
    public SenderClaim Claim { get; init; }
}

/// <summary>The <c>id</c> and <c>name</c> in a request, each of which may be left out.</summary>
public readonly record struct SenderClaim(int? Id, string? Name);
