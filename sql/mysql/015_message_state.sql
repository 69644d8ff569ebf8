-- What became of a message after it was sent: a row for each message that was changed. rev: the conversation's rev when that happened last; the newest
-- change has the highest. The text itself is in MessageLog, which holds the present one. changed, edited, recalled and pinned in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS MessageState (
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    edited BIGINT NOT NULL DEFAULT 0,
    recalled_by INT NOT NULL DEFAULT 0,
    recalled BIGINT NOT NULL DEFAULT 0,
    pinned BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (a, b, seq),
    UNIQUE KEY MessageState_changes (a, b, rev)
) ENGINE = InnoDB;

-- Who has reacted with what. emoji is UTF-8.
CREATE TABLE IF NOT EXISTS Reaction (
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    userid INT NOT NULL,
    emoji VARBINARY(64) NOT NULL,
    ts BIGINT NOT NULL,
    PRIMARY KEY (a, b, seq, userid, emoji)
) ENGINE = InnoDB;
