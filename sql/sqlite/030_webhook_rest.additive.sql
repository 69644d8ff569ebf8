-- disabled_at: since when an endpoint is switched off; forgotten_at: since when nothing is kept for it any more. outbox_attempts, outbox_failing_since, outbox_due: as in
-- WebhookCursor, of the next row of WebhookEvent. Times in milliseconds since 1970, UTC.
ALTER TABLE WebhookEndpoint ADD COLUMN disabled_at INTEGER NULL;
ALTER TABLE WebhookEndpoint ADD COLUMN forgotten_at INTEGER NULL;
ALTER TABLE WebhookEndpoint ADD COLUMN outbox_attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE WebhookEndpoint ADD COLUMN outbox_failing_since INTEGER NULL;
ALTER TABLE WebhookEndpoint ADD COLUMN outbox_due INTEGER NOT NULL DEFAULT 0;
