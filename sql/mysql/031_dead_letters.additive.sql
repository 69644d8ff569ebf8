-- What was given up of a conversation is found without going through everything that was.
SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'WebhookDeadLetter' AND INDEX_NAME = 'WebhookDeadLetter_conversation') = 0,
    'ALTER TABLE WebhookDeadLetter ADD KEY WebhookDeadLetter_conversation (a, b, endpoint)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
