-- Files that users send. state: 0 announced, 1 stored and in no message, 2 to be deleted, 3 in a message. since: when it came into that state, in
-- milliseconds since 1970, UTC; until: when an upload has to be done.
CREATE TABLE Attachment (
    id TEXT NOT NULL PRIMARY KEY,
    owner INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    state INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX Attachment_owner ON Attachment (owner, state, size);
CREATE INDEX Attachment_open ON Attachment (state, since);

-- In which messages a file is: written before the message, so cmid is what is known of it. checked: 1 if the message is in the log.
CREATE TABLE AttachmentUse (
    id TEXT NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    sender INTEGER NOT NULL,
    cmid TEXT NOT NULL,
    since INTEGER NOT NULL,
    checked INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (id, a, b, sender, cmid)
) WITHOUT ROWID;
CREATE INDEX AttachmentUse_message ON AttachmentUse (a, b, sender, cmid);
CREATE INDEX AttachmentUse_open ON AttachmentUse (checked, since);

-- What all nodes share about files: the key that signs addresses, the folder's mark, who sweeps.
CREATE TABLE FileFact (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
