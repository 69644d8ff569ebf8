using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Serialization;

/// <summary>The messages to the dispatcher of the webhooks.</summary>
static class WebhookFormats
{
    public static readonly Format[] All =
    [
        new Format<WebhookHint>(
            "wh",
            (w, m) =>
            {
                w.Long(m.Conversations.Count);
                foreach (var conversation in m.Conversations)
                {
                    w.Long(conversation.A);
                    w.Long(conversation.B);
                }
            },
            r =>
            {
                var conversations = new ConversationId[r.Count(2)];
                for (var i = 0; i < conversations.Length; i++)
                    conversations[i] = r.Id();
                return new WebhookHint(conversations);
            }),
        new Format<ReplayWebhook>("wr", (w, m) => w.Long(m.Endpoint), r => new ReplayWebhook(r.Long())),
        new Format<ReplayBegun>("wb", (w, m) => w.Bool(m.IsBegun), r => new ReplayBegun(r.Bool())),
        new Format<GetWebhookAttempts>("wg", (w, m) => w.Long(m.Endpoint), r => new GetWebhookAttempts(r.Long())),
        new Format<WebhookAttempts>(
            "wa",
            (w, m) =>
            {
                w.Long(m.Attempts.Count);
                foreach (var attempt in m.Attempts)
                    Write(w, attempt);
            },
            r =>
            {
                var attempts = new WebhookAttempt[r.Count(6)];
                for (var i = 0; i < attempts.Length; i++)
                    attempts[i] = new WebhookAttempt(r.Text(), r.Long(), r.Int(), r.Bool(), r.Text(), r.Int());
                return new WebhookAttempts(attempts);
            }),
    ];

    static void Write(WireWriter writer, WebhookAttempt attempt)
    {
        writer.Text(attempt.Id);
        writer.Long(attempt.At);
        writer.Long(attempt.Attempt);
        writer.Bool(attempt.IsTaken);
        writer.Text(attempt.Reason);
        writer.Long(attempt.Milliseconds);
    }
}
