-- Receivers of events, over HTTP. secrets and types are JSON arrays; no types: all. disabled_reason: why nothing is sent any more.
-- outbox_to: the last row of WebhookEvent that it has. created in milliseconds since 1970, UTC.
CREATE TABLE WebhookEndpoint (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    secrets TEXT NOT NULL,
    types TEXT NOT NULL,
    batch INTEGER NOT NULL DEFAULT 0,
    disabled_reason TEXT NULL,
    outbox_to INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL
);

-- A conversation in which there may be something that some endpoint does not have yet: a row a conversation, whatever is written in it.
-- first_seq: the first such number. version rises whenever the conversation is marked again.
CREATE TABLE WebhookMark (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;

-- How far an endpoint has come in a marked conversation; none: it begins with first_seq. failing_since, attempts, due: of the attempts for the
-- next number, in milliseconds since 1970, UTC.
CREATE TABLE WebhookCursor (
    endpoint INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER NULL,
    due INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (endpoint, a, b)
) WITHOUT ROWID;
CREATE INDEX WebhookCursor_conversation ON WebhookCursor (a, b);

-- Numbers of a conversation that an endpoint was not brought to receive: kept, and brought again when asked for.
CREATE TABLE WebhookDeadLetter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq INTEGER NOT NULL,
    reason TEXT NOT NULL,
    created INTEGER NOT NULL
);
CREATE INDEX WebhookDeadLetter_endpoint ON WebhookDeadLetter (endpoint, id);

-- Events that are not in the log. data is JSON.
CREATE TABLE WebhookEvent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    created INTEGER NOT NULL
);
