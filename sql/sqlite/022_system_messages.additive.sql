-- kind: 0 a text, 1 a system message. n: how many texts there are up to here; NULL: all rows up to here are texts.
ALTER TABLE MessageLog ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE MessageLog ADD COLUMN n INTEGER;

-- What has become of a group and is not in its log yet: written with the change itself. data is JSON, created in milliseconds since 1970, UTC.
CREATE TABLE SystemOutbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    groupid INTEGER NOT NULL,
    data TEXT NOT NULL,
    created INTEGER NOT NULL
);
CREATE INDEX SystemOutbox_group ON SystemOutbox (groupid, id);

-- join_seq: the first number that the member can see where new members do not see what was before; 0: another server has let the member in,
-- nobody was told, and the member sees everything.
ALTER TABLE GroupUser ADD COLUMN join_seq INTEGER NOT NULL DEFAULT 0;
UPDATE GroupUser SET join_seq = 1;

-- history: 0 members see everything, 1 what was said since they came.
ALTER TABLE GroupPolicy ADD COLUMN history INTEGER NOT NULL DEFAULT 0;
