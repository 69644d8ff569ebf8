-- The five documented tables, with the names and the order of columns that every server of the family uses.
CREATE TABLE Users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    password TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'offline'
);

CREATE TABLE Friends (
    userid INTEGER NOT NULL,
    friendid INTEGER NOT NULL,
    PRIMARY KEY (userid, friendid)
) WITHOUT ROWID;

CREATE TABLE AllGroup (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    groupname TEXT NOT NULL COLLATE NOCASE UNIQUE,
    groupdesc TEXT NOT NULL DEFAULT ''
);

CREATE TABLE GroupUser (
    groupid INTEGER NOT NULL,
    userid INTEGER NOT NULL,
    grouprole TEXT NOT NULL DEFAULT 'normal',
    PRIMARY KEY (groupid, userid)
) WITHOUT ROWID;
CREATE INDEX GroupUser_user ON GroupUser (userid, groupid);

-- message is the documented JSON object; the other columns are ours. a, b: the conversation (see MessageLog).
-- seq is NULL when the node keeps no history, and for rows of other servers.
CREATE TABLE OfflineMessage (
    userid INTEGER NOT NULL,
    message BLOB NOT NULL,
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    a INTEGER NULL,
    b INTEGER NULL,
    seq INTEGER NULL,
    cmid TEXT NULL,
    ts INTEGER NULL
);
CREATE UNIQUE INDEX OfflineMessage_once ON OfflineMessage (userid, a, b, seq);
CREATE INDEX OfflineMessage_order ON OfflineMessage (userid, id);

-- One row per accepted message. (a, b) is the conversation: two user ids, lower first, or 0 and a group's id.
-- The primary key stops a second writer of one conversation, the unique index a second copy of one message:
-- text compares byte by byte here, and the cmids of one sender mostly ascend, so that the index grows at few places (a hash
-- would touch another page with every message). ts is in milliseconds since 1970, UTC; node is the incarnation that wrote it.
CREATE TABLE MessageLog (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    sender INTEGER NOT NULL,
    cmid TEXT NOT NULL,
    ts INTEGER NOT NULL,
    node INTEGER NOT NULL,
    body BLOB NOT NULL,
    id INTEGER PRIMARY KEY
);
-- The newest rows are the highest ids: who looks for what was logged lately walks back from the end.
-- Rows are appended, only the indexes are scattered: half the pages per commit of a table that is its own index.
CREATE UNIQUE INDEX MessageLog_order ON MessageLog (a, b, seq);
CREATE UNIQUE INDEX MessageLog_once ON MessageLog (a, b, sender, cmid);

-- Written with a conversation's first message, so that the conversations of a user can be listed.
CREATE TABLE Conversation (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX Conversation_other ON Conversation (b, a);

-- How far a conversation has come for a user: queued for later, received by a device, read by the person.
-- updated is when read_to last moved.
CREATE TABLE DeliveryMark (
    userid INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    queued_to INTEGER NOT NULL DEFAULT 0,
    received_to INTEGER NOT NULL DEFAULT 0,
    read_to INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (userid, a, b)
) WITHOUT ROWID;

-- A user that has sessions, and the incarnation of the node of the oldest of them.
CREATE TABLE UserPresence (
    userid INTEGER PRIMARY KEY,
    node INTEGER NOT NULL
);
CREATE INDEX UserPresence_node ON UserPresence (node);

-- Resume tokens, as hashes only. expires in milliseconds since 1970, UTC.
CREATE TABLE ResumeToken (
    hash BLOB PRIMARY KEY,
    userid INTEGER NOT NULL,
    expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX ResumeToken_user ON ResumeToken (userid);
CREATE INDEX ResumeToken_expires ON ResumeToken (expires);

-- One row per start of a node. All messages that this incarnation logged before confirmed_before have been
-- delivered or queued; finished says that nothing of it is left to do.
CREATE TABLE Node (
    incarnation INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    started INTEGER NOT NULL,
    heartbeat INTEGER NOT NULL,
    confirmed_before INTEGER NOT NULL,
    finished INTEGER NOT NULL DEFAULT 0
);
