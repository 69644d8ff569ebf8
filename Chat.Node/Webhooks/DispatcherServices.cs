using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Webhooks;

/// <summary>What the dispatcher uses.</summary>
sealed record DispatcherServices(
    WebhookStore Endpoints, WebhookMarks Marks, WebhookChanges Changes, CursorQueue Cursors, WebhookOutbox Outbox, WebhookWorker Worker, OutboxWorker OutboxWorker, ReplayWorker Replays,
    OffWorker Off, PushWorker Pushes, RecentAttempts Attempts, NodeMeter Meter, TimeProvider Clock, ILogger<WebhookDispatcher> Logger);
