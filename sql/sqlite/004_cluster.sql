-- address: where the other nodes of the cluster reach it (host:port); uid: which start of its actor system. joined: it has been
-- a member of the cluster. fenced: it must not write any more, for others go on with what it had.
ALTER TABLE Node ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE Node ADD COLUMN uid INTEGER NOT NULL DEFAULT 0;
ALTER TABLE Node ADD COLUMN joined INTEGER NOT NULL DEFAULT 0;
ALTER TABLE Node ADD COLUMN fenced INTEGER NOT NULL DEFAULT 0;

-- One row at most, written first by whoever forms a cluster or becomes a member of one: one after the other.
CREATE TABLE ClusterTurn (
    id INTEGER PRIMARY KEY,
    incarnation INTEGER NOT NULL
);
