-- disabled_at: since when an endpoint is switched off; forgotten_at: since when nothing is kept for it any more. outbox_attempts, outbox_failing_since, outbox_due: as in
-- WebhookCursor, of the next row of WebhookEvent. Times in milliseconds since 1970, UTC.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'WebhookEndpoint' AND COLUMN_NAME = 'disabled_at') = 0,
    'ALTER TABLE WebhookEndpoint ADD COLUMN disabled_at BIGINT NULL, ADD COLUMN forgotten_at BIGINT NULL, ADD COLUMN outbox_attempts INT NOT NULL DEFAULT 0, ADD COLUMN outbox_failing_since BIGINT NULL, ADD COLUMN outbox_due BIGINT NOT NULL DEFAULT 0',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
