-- What became of messages, as far as some endpoint may not have been told of it: of each message and kind (1 edited, 2 recalled, 3 reacted) the last rev. Goes
-- with the mark of its conversation.
CREATE TABLE IF NOT EXISTS WebhookChange (
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    kind TINYINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (a, b, seq, kind),
    UNIQUE KEY WebhookChange_order (a, b, rev, kind)
) ENGINE = InnoDB;

-- A conversation in which messages were changed that some endpoint was not told of yet: written with the change itself. first_rev: the first such rev,
-- version: the last one.
CREATE TABLE IF NOT EXISTS WebhookChangeMark (
    a INT NOT NULL,
    b INT NOT NULL,
    first_rev BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (a, b)
) ENGINE = InnoDB;

-- As WebhookCursor, with a rev instead of a number.
CREATE TABLE IF NOT EXISTS WebhookChangeCursor (
    endpoint BIGINT NOT NULL,
    a INT NOT NULL,
    b INT NOT NULL,
    rev BIGINT NOT NULL,
    attempts INT NOT NULL DEFAULT 0,
    failing_since BIGINT NULL,
    due BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (endpoint, a, b),
    KEY WebhookChangeCursor_conversation (a, b)
) ENGINE = InnoDB;
