using System.Text.Json.Nodes;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Webhooks;

/// <summary>
/// Puts the words of people into events that are about to be sent: they do not lie in the outbox, where an event may wait for a day. So what was taken back or erased
/// meanwhile is told to nobody.
/// </summary>
sealed class EventTexts(MessageLogStore log, ReportStore reports)
{
    const string Preview = "preview";

    /// <exception cref="StorageException">The database does not answer.</exception>
    public async Task<IReadOnlyList<WebhookEvent>> FillAsync(IReadOnlyList<WebhookEvent> events)
    {
        var parsed = events.Where(each => each.Type is WebhookTypes.PushRequired or WebhookTypes.MessageReported)
            .ToDictionary(each => each.Id, each => (each.Type, Data: JsonNode.Parse(each.Data)!.AsObject()));
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
            push[Preview] = messages.TryGetValue(PlaceOf(push), out var message) ? PushRule.Preview(ChangedBody.TextOf(message.Body.Span)) : "";
    }

    async Task FillReportsAsync(List<JsonObject> told)
    {
        if (told.Count == 0)
            return;
        var found = await reports.ReadAsync([.. told.Select(NumberOf).Distinct()]);
        foreach (var report in told)
        {
            var stored = found.GetValueOrDefault(NumberOf(report));
            (report["reason"], report["msg"]) = (stored?.Reason ?? "", stored?.Msg ?? "");
        }
    }

    static (ConversationId Conversation, long Seq) PlaceOf(JsonObject push) =>
        ConversationId.TryParse((string?)push["conversation"], out var conversation) ? (conversation, (long)push["seq"]!) : default;

    static long NumberOf(JsonObject report) => (long)report["report"]!;
}
