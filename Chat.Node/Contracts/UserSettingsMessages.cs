using Akka.Actor;
using Chat.Protocol;

namespace Chat.Node.Contracts;

/// <summary>Session to user: what are the settings? Answered with <see cref="SettingsAnswer"/>.</summary>
sealed record GetSettings(int UserId) : IUserMessage;

/// <summary>Session to user: change the settings. Answered with <see cref="SettingsAnswer"/> when the change is stored.</summary>
sealed record ChangeSettings(int UserId, long SessionId, SettingsChange Change) : IUserMessage;

/// <summary>User to session: the settings, or why there is no answer.</summary>
sealed record SettingsAnswer(ErrorCode Error, string Reason, UserSettings? Settings) : IClusterMessage
{
    /// <summary>The same request may succeed in a moment; a change may have been stored all the same.</summary>
    public static readonly SettingsAnswer Unavailable =
        new(ErrorCode.Unavailable, "the settings could not be read or stored now", null);
}

/// <summary>User to session: another session has changed the settings.</summary>
sealed record UserSettingsChanged(UserSettings Settings) : IClusterMessage;

/// <summary>User to its settings: a request; <c>Change</c> is null when they are only to be read.</summary>
sealed record AskSettings(long Number, SettingsChange? Change) : INoSerializationVerificationNeeded;

/// <summary>Settings to their user: the answer to a request, and the settings if it has changed them.</summary>
sealed record SettingsSettled(long Number, SettingsAnswer Answer, UserSettings? Changed) : INoSerializationVerificationNeeded;

/// <summary>Settings to their user: nothing was asked for a while, I could end.</summary>
sealed class SettingsIdle : INoSerializationVerificationNeeded
{
    public static readonly SettingsIdle Instance = new();
}

/// <summary>Settings to their user: whom they hide has been written.</summary>
sealed class PrivacyWritten : INoSerializationVerificationNeeded
{
    public static readonly PrivacyWritten Instance = new();
}
