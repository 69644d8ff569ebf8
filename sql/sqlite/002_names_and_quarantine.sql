-- namekey, groupkey: names are compared without case (a node fills them in; NOCASE knows only a to z).
-- ours: see the same column of MySQL; here there are no other servers.
ALTER TABLE Users ADD COLUMN namekey TEXT;
ALTER TABLE Users ADD COLUMN ours INTEGER NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX Users_namekey ON Users (namekey);
ALTER TABLE AllGroup ADD COLUMN groupkey TEXT;
ALTER TABLE AllGroup ADD COLUMN ours INTEGER NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX AllGroup_groupkey ON AllGroup (groupkey);

CREATE INDEX Node_finished ON Node (finished);

-- Rows of the offline queue that no client can be given, as they were, and why.
CREATE TABLE QuarantinedMessage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    userid INTEGER NOT NULL,
    message BLOB NOT NULL,
    reason TEXT NOT NULL,
    found INTEGER NOT NULL
);
CREATE INDEX QuarantinedMessage_user ON QuarantinedMessage (userid);
