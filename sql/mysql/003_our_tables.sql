-- One row per accepted message. (a, b) is the conversation: two user ids, lower first, or 0 and a group's id.
-- The primary key stops a second writer of one conversation, the unique key a second copy of one message. cmid is UTF-8 in
-- a binary column: a text collation would take `aB` and `Ab`, or `a` and `a `, for the same message; and the cmids of one
-- sender mostly ascend, so that the index grows at few places (a hash would touch another page with every message).
-- ts is in milliseconds since 1970, UTC; node is the incarnation that wrote it, by which unfinished fan-outs are found.
CREATE TABLE IF NOT EXISTS MessageLog (
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    sender INT NOT NULL,
    cmid VARBINARY(256) NOT NULL,
    ts BIGINT NOT NULL,
    node BIGINT NOT NULL,
    body MEDIUMBLOB NOT NULL,
    PRIMARY KEY (a, b, seq),
    UNIQUE KEY MessageLog_once (a, b, sender, cmid),
    KEY MessageLog_node (node, ts)
) ENGINE = InnoDB;

-- Written with a conversation's first message, so that the conversations of a user can be listed.
CREATE TABLE IF NOT EXISTS Conversation (
    a INT NOT NULL,
    b INT NOT NULL,
    PRIMARY KEY (a, b),
    KEY Conversation_other (b, a)
) ENGINE = InnoDB;

-- How far a conversation has come for a user: queued for later, received by a device, read by the person.
-- updated is when read_to last moved.
CREATE TABLE IF NOT EXISTS DeliveryMark (
    userid INT NOT NULL,
    a INT NOT NULL,
    b INT NOT NULL,
    queued_to BIGINT NOT NULL DEFAULT 0,
    received_to BIGINT NOT NULL DEFAULT 0,
    read_to BIGINT NOT NULL DEFAULT 0,
    updated BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (userid, a, b)
) ENGINE = InnoDB;

-- A user that has sessions, and the incarnation of the node of the oldest of them.
CREATE TABLE IF NOT EXISTS UserPresence (
    userid INT NOT NULL,
    node BIGINT NOT NULL,
    PRIMARY KEY (userid),
    KEY UserPresence_node (node)
) ENGINE = InnoDB;

-- Resume tokens, as hashes only. expires in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS ResumeToken (
    hash VARBINARY(32) NOT NULL,
    userid INT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (hash),
    KEY ResumeToken_user (userid),
    KEY ResumeToken_expires (expires)
) ENGINE = InnoDB;

-- One row per start of a node. All messages that this incarnation logged before confirmed_before have been
-- delivered or queued; finished says that nothing of it is left to do.
CREATE TABLE IF NOT EXISTS Node (
    incarnation BIGINT NOT NULL,
    name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    started BIGINT NOT NULL,
    heartbeat BIGINT NOT NULL,
    confirmed_before BIGINT NOT NULL,
    finished TINYINT NOT NULL DEFAULT 0,
    PRIMARY KEY (incarnation),
    KEY Node_finished (finished)
) ENGINE = InnoDB;

-- Rows of the offline queue that no client can be given, as they were, and why.
CREATE TABLE IF NOT EXISTS QuarantinedMessage (
    id BIGINT NOT NULL AUTO_INCREMENT,
    userid INT NOT NULL,
    message MEDIUMBLOB NOT NULL,
    reason VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    found BIGINT NOT NULL,
    PRIMARY KEY (id),
    KEY QuarantinedMessage_user (userid)
) ENGINE = InnoDB;
