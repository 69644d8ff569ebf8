-- What operators, and the product's own servers, have changed over the API: written before it is done. key_id: of a stored key; 0 and below one of the
-- settings; NULL: somebody on the node's own machine. subject: what it was done to, as the path names it, and detail the rest of the path. result: the
-- status of the answer; NULL: not known. at in milliseconds since 1970, UTC.
CREATE TABLE AuditLog (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    key_id INTEGER NULL,
    key_name TEXT NOT NULL,
    operation TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    result INTEGER NULL,
    address TEXT NOT NULL,
    node TEXT NOT NULL
);
CREATE INDEX AuditLog_at ON AuditLog (at);
CREATE INDEX AuditLog_subject ON AuditLog (subject, id);
