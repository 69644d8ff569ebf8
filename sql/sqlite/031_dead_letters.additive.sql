-- What was given up of a conversation is found without going through everything that was.
CREATE INDEX WebhookDeadLetter_conversation ON WebhookDeadLetter (a, b, endpoint);
