-- The devices on which users are logged in. registration: chosen when the device logs in first, or again after it was logged out: sessions and resume
-- tokens of another one are over. seen: in milliseconds since 1970, UTC, to within some minutes. push_hash: of provider and token; push_failed: since
-- when the provider does not know the token any more.
CREATE TABLE Device (
    userid INTEGER NOT NULL,
    device TEXT NOT NULL,
    registration INTEGER NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    platform TEXT NOT NULL DEFAULT '',
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    push_provider TEXT NULL,
    push_token TEXT NULL,
    push_hash BLOB NULL,
    push_failed INTEGER NULL,
    PRIMARY KEY (userid, device)
) WITHOUT ROWID;
CREATE UNIQUE INDEX Device_push ON Device (push_hash);
CREATE INDEX Device_seen ON Device (seen);

-- Of which registration the token is; NULL: its client has named no device.
ALTER TABLE ResumeToken ADD COLUMN device INTEGER NULL;

-- Messages that users want somebody to look at. msg is the text as it was then; closed: when somebody has, in milliseconds since 1970, UTC.
CREATE TABLE MessageReport (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    reporter INTEGER NOT NULL,
    sender INTEGER NOT NULL,
    reason TEXT NOT NULL,
    msg TEXT NOT NULL,
    created INTEGER NOT NULL,
    closed INTEGER NULL
);
CREATE UNIQUE INDEX MessageReport_once ON MessageReport (a, b, seq, reporter);
CREATE INDEX MessageReport_open ON MessageReport (closed, id);
CREATE INDEX MessageReport_reporter ON MessageReport (reporter, created);
