-- Receivers of events, over HTTP. secrets and types are JSON arrays; no types: all. disabled_reason: why nothing is sent any more.
-- outbox_to: the last row of WebhookEvent that it has. created in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS WebhookEndpoint (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    url VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    secrets TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    types TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    batch TINYINT NOT NULL DEFAULT 0,
    disabled_reason VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    outbox_to BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL
) ENGINE = InnoDB;

-- A conversation in which there may be something that some endpoint does not have yet: a row a conversation, whatever is written in it.
-- first_seq: the first such number. version rises whenever the conversation is marked again.
CREATE TABLE IF NOT EXISTS WebhookMark (
    a INT NOT NULL,
    b INT NOT NULL,
    first_seq BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (a, b)
) ENGINE = InnoDB;

-- How far an endpoint has come in a marked conversation; none: it begins with first_seq. failing_since, attempts, due: of the attempts for the
-- next number, in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS WebhookCursor (
    endpoint BIGINT NOT NULL,
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    attempts INT NOT NULL DEFAULT 0,
    failing_since BIGINT NULL,
    due BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (endpoint, a, b),
    KEY WebhookCursor_conversation (a, b)
) ENGINE = InnoDB;

-- Numbers of a conversation that an endpoint was not brought to receive: kept, and brought again when asked for.
CREATE TABLE IF NOT EXISTS WebhookDeadLetter (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    endpoint BIGINT NOT NULL,
    a INT NOT NULL,
    b INT NOT NULL,
    from_seq BIGINT NOT NULL,
    to_seq BIGINT NOT NULL,
    reason VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created BIGINT NOT NULL,
    KEY WebhookDeadLetter_endpoint (endpoint, id)
) ENGINE = InnoDB;

-- Events that are not in the log. data is JSON.
CREATE TABLE IF NOT EXISTS WebhookEvent (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    type VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    data MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created BIGINT NOT NULL
) ENGINE = InnoDB;
