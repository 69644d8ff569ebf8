using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>
/// Puts the words of people into events that are about to be sent: they do not lie in the outbox, where an event may wait for a day. So what was taken back or erased
/// meanwhile is told to nobody.
/// </summary>
sealed class EventTexts(MessageLogStore log, ReportStore reports, PushSettings settings)
{
    const string Preview = "preview";

    /// <summary>A key that is there twice would be noticed later, where it is used.</summary>
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<IReadOnlyList<WebhookEvent>> FillAsync(IReadOnlyList<WebhookEvent> events)
    {
        var parsed = events.Where(each => each.Type is WebhookTypes.PushRequired or WebhookTypes.MessageReported)
            .Select(each => (each.Id, each.Type, Data: ObjectOf(each))).Where(each => each.Data is not null).ToDictionary(each => each.Id, each => (each.Type, Data: each.Data!));
        if (parsed.Count == 0)
            return events;
        await FillPreviewsAsync([.. parsed.Values.Where(each => each.Type == WebhookTypes.PushRequired && each.Data.ContainsKey(Preview)).Select(each => each.Data)]);
        await FillReportsAsync([.. parsed.Values.Where(each => each.Type == WebhookTypes.MessageReported).Select(each => each.Data)]);
        return [.. events.Select(each => parsed.TryGetValue(each.Id, out var filled) ? each with { Data = WebhookData.Of(filled.Data) } : each)];
    }

    async Task FillPreviewsAsync(List<JsonObject> pushes)
    {
        if (pushes.Count == 0)
            return;
        var messages = await log.ReadAtAsync([.. pushes.Select(PlaceOf).Distinct()]);
        foreach (var push in pushes)
        {
            if (settings.HasPreview)
                push[Preview] = messages.TryGetValue(PlaceOf(push), out var message) ? PreviewOf(message) : "";
            else
                push.Remove(Preview); // switched off while it waited
        }
    }

    async Task FillReportsAsync(List<JsonObject> told)
    {
        if (told.Count == 0)
            return;
        var found = await reports.ReadAsync([.. told.Select(report => NumberOf(report, "report")).Distinct()]);
        foreach (var report in told)
        {
            var stored = found.GetValueOrDefault(NumberOf(report, "report"));
            (report["reason"], report["msg"]) = (stored?.Reason ?? "", stored?.Msg ?? "");
        }
    }

    /// <summary>Null: somebody else has written into the row. It is sent as it is: others must not wait behind it.</summary>
    static JsonObject? ObjectOf(WebhookEvent stored)
    {
        try
        {
            return JsonNode.Parse(stored.Data, documentOptions: Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string PreviewOf(LogRow message)
    {
        try
        {
            return PushRule.Preview(ChangedBody.TextOf(message.Body.Span));
        }
        catch (JsonException)
        {
            return ""; // somebody has written into the body
        }
    }

    static (ConversationId Conversation, long Seq) PlaceOf(JsonObject push) =>
        push["conversation"] is JsonValue name && name.TryGetValue(out string? text) && ConversationId.TryParse(text, out var conversation) ? (conversation, NumberOf(push, "seq")) : default;

    static long NumberOf(JsonObject told, string name) => told[name] is JsonValue value && value.TryGetValue(out long number) ? number : 0;
}
