-- What became of messages, as far as some endpoint may not have been told of it: of each message and kind (1 edited, 2 recalled, 3 reacted) the last rev. Goes
-- with the mark of its conversation.
CREATE TABLE WebhookChange (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    PRIMARY KEY (a, b, seq, kind)
) WITHOUT ROWID;
CREATE UNIQUE INDEX WebhookChange_order ON WebhookChange (a, b, rev, kind);

-- A conversation in which messages were changed that some endpoint was not told of yet: written with the change itself. first_rev: the first such rev,
-- version: the last one.
CREATE TABLE WebhookChangeMark (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    first_rev INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;

-- As WebhookCursor, with a rev instead of a number.
CREATE TABLE WebhookChangeCursor (
    endpoint INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER NULL,
    due INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (endpoint, a, b)
) WITHOUT ROWID;
CREATE INDEX WebhookChangeCursor_conversation ON WebhookChangeCursor (a, b);
