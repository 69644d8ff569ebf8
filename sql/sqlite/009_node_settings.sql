-- settings: those that all nodes of a cluster must have alike, as Key=value;Key=value.
ALTER TABLE Node ADD COLUMN settings TEXT NOT NULL DEFAULT '';
