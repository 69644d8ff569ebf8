-- Files that users send. state: 0 announced, 1 stored and in no message, 2 to be deleted, 3 in a message. since: when it came into that state, in
-- milliseconds since 1970, UTC; until: when an upload has to be done.
CREATE TABLE IF NOT EXISTS Attachment (
    id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    owner INT NOT NULL,
    name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    type VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    size BIGINT NOT NULL,
    sha256 VARBINARY(32) NOT NULL,
    state TINYINT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (id),
    KEY Attachment_owner (owner, state, size),
    KEY Attachment_open (state, since)
) ENGINE = InnoDB;

-- In which messages a file is: written before the message, so cmid is what is known of it. checked: 1 if the message is in the log.
CREATE TABLE IF NOT EXISTS AttachmentUse (
    id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    a INT NOT NULL,
    b INT NOT NULL,
    sender INT NOT NULL,
    cmid VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    since BIGINT NOT NULL,
    checked TINYINT NOT NULL DEFAULT 0,
    PRIMARY KEY (id, a, b, sender, cmid),
    KEY AttachmentUse_message (a, b, sender, cmid),
    KEY AttachmentUse_open (checked, since)
) ENGINE = InnoDB;

-- What all nodes share about files: the key that signs addresses, the folder's mark, who sweeps.
CREATE TABLE IF NOT EXISTS FileFact (
    name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    value VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (name)
) ENGINE = InnoDB;
