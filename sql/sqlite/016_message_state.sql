-- What became of a message after it was sent: a row for each message that was changed. rev: the conversation's rev when that happened last; the newest
-- change has the highest. The text itself is in MessageLog, which holds the present one. changed, edited, recalled and pinned in milliseconds since 1970, UTC.
CREATE TABLE MessageState (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    edited INTEGER NOT NULL DEFAULT 0,
    recalled_by INTEGER NOT NULL DEFAULT 0,
    recalled INTEGER NOT NULL DEFAULT 0,
    pinned INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (a, b, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX MessageState_changes ON MessageState (a, b, rev);

-- Who has reacted with what. emoji is UTF-8.
CREATE TABLE Reaction (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    userid INTEGER NOT NULL,
    emoji BLOB NOT NULL,
    ts INTEGER NOT NULL,
    PRIMARY KEY (a, b, seq, userid, emoji)
) WITHOUT ROWID;
