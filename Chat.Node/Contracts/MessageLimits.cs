using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>How long a message may be, whoever sends it. Pure.</summary>
/// <param name="MaxTextBytes">The text in UTF-8, escapes undone.</param>
/// <param name="MaxFrameBytes">The whole object as it is delivered.</param>
readonly record struct MessageLimits(int MaxTextBytes, int MaxFrameBytes)
{
    /// <summary>What a delivery adds to the body.</summary>
    const int EnvelopeBytes = 512;

    /// <summary>The address of a file, which each receiver gets for itself.</summary>
    const int AddressBytes = 160;

    /// <summary>Room for the names in a body, and for the envelope.</summary>
    const int EditEnvelopeBytes = 4096;

    /// <summary>Why the new text of a message is too long, whatever the message is; null if it is not.</summary>
    public string? Problem(string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetByteCount(text);
        if (bytes > MaxTextBytes)
            return $"\"msg\" has {bytes} bytes: at most {MaxTextBytes} are expected";
        return JsonText.Quote(text).Length + EditEnvelopeBytes > MaxFrameBytes ? $"the text is too large to be delivered: at most {MaxFrameBytes - EditEnvelopeBytes} bytes are expected" : null;
    }

    /// <summary>Why the message is too long; null if it is not.</summary>
    public string? Problem(SendMessageRequest request, ChatBody body) => Problem(request.TextBytes, body);

    /// <summary>Why the message is too long with what it refers to, as that is delivered; null if it is not.</summary>
    public string? Problem(ChatBody body, MessageReferences references) => references.IsEmpty ? null : Problem(body.Bytes.Span, references);

    /// <summary>Why a message would be too long to be delivered as it has become; null if it would not.</summary>
    public string? Problem(ReadOnlySpan<byte> body, MessageReferences references)
    {
        var room = MaxFrameBytes - EnvelopeBytes - references.ToBytes().Length - (references.Attachments.Count * AddressBytes);
        if (body.Length <= room)
            return null;
        return references.IsEmpty
            ? $"the object is too large to be delivered: at most {room} bytes are expected"
            : $"the object is too large to be delivered with what it refers to: at most {Math.Max(0, room)} bytes are expected without that";
    }

    /// <inheritdoc cref="Problem(SendMessageRequest, ChatBody)" />
    public string? Problem(int textBytes, ChatBody body)
    {
        if (textBytes > MaxTextBytes)
            return $"\"msg\" has {textBytes} bytes: at most {MaxTextBytes} are expected";
        return Problem(body.Bytes.Span, MessageReferences.None);
    }
}
