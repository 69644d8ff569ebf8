-- Keys of the HTTP API, as hashes only. scopes: 1 read, 2 send, 4 manage. created in milliseconds since 1970, UTC.
CREATE TABLE ApiKey (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scopes INTEGER NOT NULL,
    created INTEGER NOT NULL
);

-- Requests of the API that have made something and may come again: hashes of whose key and Idempotency-Key, and of the request; the id of what was made.
CREATE TABLE ApiRequest (
    hash BLOB PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    made INTEGER NOT NULL,
    created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX ApiRequest_created ON ApiRequest (created);
