-- Events of Akka.Persistence.Sql in a file of their own. A number is never given twice.
CREATE TABLE EventJournal (
    ordering INTEGER PRIMARY KEY AUTOINCREMENT,
    created INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    persistence_id TEXT NOT NULL,
    sequence_number INTEGER NOT NULL,
    message BLOB NOT NULL,
    tags TEXT NULL,
    manifest TEXT NULL,
    identifier INTEGER NULL,
    writer_uuid TEXT NULL
);
CREATE UNIQUE INDEX EventJournal_once ON EventJournal (persistence_id, sequence_number);

-- What events up to a number have led to.
CREATE TABLE EventSnapshot (
    persistence_id TEXT NOT NULL,
    sequence_number INTEGER NOT NULL,
    created INTEGER NOT NULL,
    snapshot BLOB NOT NULL,
    manifest TEXT NULL,
    serializer_id INTEGER NULL,
    PRIMARY KEY (persistence_id, sequence_number)
) WITHOUT ROWID;
