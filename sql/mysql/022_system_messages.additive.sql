-- kind: 0 a text, 1 a system message. n: how many texts there are up to here; NULL: all rows up to here are texts.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'MessageLog' AND COLUMN_NAME = 'kind') = 0,
    'ALTER TABLE MessageLog ADD COLUMN kind TINYINT NOT NULL DEFAULT 0, ADD COLUMN n BIGINT NULL',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

-- What has become of a group and is not in its log yet: written with the change itself. data is JSON, created in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS SystemOutbox (
    id BIGINT NOT NULL AUTO_INCREMENT,
    groupid INT NOT NULL,
    data MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (id),
    KEY SystemOutbox_group (groupid, id)
) ENGINE = InnoDB;

-- join_seq: the first number that the member can see where new members do not see what was before; 0: another server has let the member in,
-- nobody was told, and the member sees everything. Who is there already was told of.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'GroupUser' AND COLUMN_NAME = 'join_seq') = 0,
    'ALTER TABLE GroupUser ADD COLUMN join_seq BIGINT NOT NULL DEFAULT 1 INVISIBLE',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
ALTER TABLE GroupUser ALTER COLUMN join_seq SET DEFAULT 0;

-- history: 0 members see everything, 1 what was said since they came.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'GroupPolicy' AND COLUMN_NAME = 'history') = 0,
    'ALTER TABLE GroupPolicy ADD COLUMN history TINYINT NOT NULL DEFAULT 0',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
