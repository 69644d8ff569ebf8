using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Node.Storage;

/// <summary><c>data</c> of an event that is not in the log, as JSON: what is null is left out.</summary>
static class WebhookData
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Of<T>(T data) => JsonSerializer.Serialize(data, Options);
}

/// <summary>Who a user is to the product.</summary>
sealed record ExternalData(string Issuer, string Subject);

/// <summary>A user was made.</summary>
sealed record UserCreatedData(int User, string Name, string? Display, ExternalData? External);

/// <summary>A user came or went. <c>Hidden</c>: true of a user who is shown to others as offline in any case.</summary>
sealed record PresenceData(int User, bool? Hidden);

/// <summary>A user wants somebody to look at a message. <c>Report</c> is its number, <c>By</c> the user, <c>Ts</c> when the message was sent.</summary>
sealed record MessageReportedData(long Report, string Conversation, long Seq, int From, int By, string Reason, string Msg, long Ts);

/// <summary>A user has read a conversation further.</summary>
sealed record ReceiptData(int User, string Conversation, long Read);

/// <summary>What an endpoint is not brought any more of a conversation: messages, or changes of them. <c>Reason</c>: they were kept long enough.</summary>
sealed record GapData(long Endpoint, string Conversation, long? From = null, long? To = null, long? FromRev = null, long? ToRev = null, string Reason = "retention");

/// <summary>Events that are no part of a conversation are not brought to an endpoint any more. The numbers are those of their <c>webhook-id</c>.</summary>
sealed record EventGapData(long Endpoint, long FromEvent, long ToEvent);

/// <summary>An endpoint was off for so long that nothing was kept for it, from a time (if it is known) to another, in milliseconds since 1970, UTC.</summary>
sealed record OffGapData(long Endpoint, long? Since, long Until, string Reason = "off");

/// <summary>What a user did about another one.</summary>
sealed record ContactData(int User, int Other, string? Note);
