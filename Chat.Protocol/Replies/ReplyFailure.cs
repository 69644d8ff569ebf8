using System.Text.Json;

namespace Chat.Protocol;

/// <summary>Why a request was not done.</summary>
/// <param name="Code">The number of the error.</param>
/// <param name="Reason">For people; null if the server does not say.</param>
/// <param name="IsRetryable">Whether the same request may be sent again a little later.</param>
public sealed record ReplyFailure(ErrorCode Code, string? Reason, bool IsRetryable)
{
    /// <summary>Null when the reply says success. Written by <see cref="ModernFrames.Failure(int, RequestRef, ErrorCode, string)"/>.</summary>
    /// <exception cref="FormatException">No server of ours sends this.</exception>
    public static ReplyFailure? Find(JsonElement json)
    {
        var code = (ErrorCode)json.OptionalNumber("errno");
        return code == ErrorCode.None ? null : new(code, json.OptionalText("errmsg"), json.IsSet("retry"));
    }
}
