using Chat.Node.Storage;

namespace Chat.Node.Webhooks;

/// <summary>What is done about a message that waits for a user.</summary>
enum PushStep
{
    /// <summary>Nobody is to be woken.</summary>
    Forget,

    /// <summary>It is looked at again later.</summary>
    Wait,

    /// <summary>The user is to be woken.</summary>
    Tell,
}

/// <summary>Who is to be woken. Pure.</summary>
static class PushRule
{
    /// <summary>A user with a session to which the message has not come yet is looked at again after this time: the session may be dead.</summary>
    public const long AgainMilliseconds = 5000;

    /// <summary>So much of the text is told, in code points.</summary>
    public const int MaxPreview = 80;

    /// <param name="push">What waits.</param>
    /// <param name="mark">How far the user is in the conversation.</param>
    /// <param name="hasSession">Whether the user has one anywhere.</param>
    /// <param name="sender">Of the message; null if it is not in the log any more.</param>
    public static PushStep Judge(PendingPush push, DeliveryMark mark, bool hasSession, int? sender)
    {
        if (sender is null || sender == push.UserId || mark.ReadTo >= push.Seq)
            return PushStep.Forget;
        if (!hasSession)
            return PushStep.Tell;
        return mark.ReceivedTo >= push.Seq ? PushStep.Forget : PushStep.Wait;
    }

    /// <summary>The beginning of a text.</summary>
    public static string Preview(string text)
    {
        var (length, count) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (++count > MaxPreview)
                return text[..length];
            length += rune.Utf16SequenceLength;
        }

        return text;
    }
}
