-- address: where the other nodes of the cluster reach it (host:port); uid: which start of its actor system. joined: it has been
-- a member of the cluster. fenced: it must not write any more, for others go on with what it had.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'Node' AND COLUMN_NAME = 'fenced') = 0,
    'ALTER TABLE Node ADD COLUMN address VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '''', ADD COLUMN uid BIGINT NOT NULL DEFAULT 0, ADD COLUMN joined TINYINT NOT NULL DEFAULT 0, ADD COLUMN fenced TINYINT NOT NULL DEFAULT 0',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

-- One row at most, written first by whoever forms a cluster or becomes a member of one: one after the other.
CREATE TABLE IF NOT EXISTS ClusterTurn (
    id INT NOT NULL PRIMARY KEY,
    incarnation BIGINT NOT NULL
) ENGINE = InnoDB;
