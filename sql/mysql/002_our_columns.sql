-- Brings the documented tables to the form that we need, whether 001 made them or another server long ago. Every step can be
-- repeated: MySQL ends a transaction at each of them, so a node that dies in the middle leaves some done and some not.
-- No row is dropped; columns that are added are INVISIBLE, so that positional INSERTs and SELECT * stay what they are.

-- A value that would be cut ends the script, whatever the server's own mode is.
SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION';

-- NULL in these columns ends a legacy server at that user's login.
UPDATE Users SET name = CONCAT('user', id) WHERE name IS NULL;
UPDATE Users SET password = '' WHERE password IS NULL;
UPDATE Users SET state = 'offline' WHERE state IS NULL OR state = '';
UPDATE AllGroup SET groupname = CONCAT('group', id) WHERE groupname IS NULL;
UPDATE AllGroup SET groupdesc = '' WHERE groupdesc IS NULL;
UPDATE GroupUser SET grouprole = 'normal' WHERE grouprole IS NULL OR grouprole = '';
UPDATE GroupUser SET groupid = 0 WHERE groupid IS NULL;
UPDATE GroupUser SET userid = 0 WHERE userid IS NULL;
UPDATE Friends SET userid = 0 WHERE userid IS NULL;
UPDATE Friends SET friendid = 0 WHERE friendid IS NULL;
UPDATE OfflineMessage SET message = '' WHERE message IS NULL;
UPDATE OfflineMessage SET userid = 0 WHERE userid IS NULL;

-- Types are only widened. Text is converted from whatever character set the table had. ROW_FORMAT: an older one that the table
-- was given allows no key on a name of 255 characters, or no InnoDB at all.
ALTER TABLE Users ENGINE = InnoDB ROW_FORMAT = DYNAMIC,
    MODIFY name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    MODIFY password VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    MODIFY state VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'offline';
ALTER TABLE Friends ENGINE = InnoDB ROW_FORMAT = DYNAMIC, MODIFY userid INT NOT NULL, MODIFY friendid INT NOT NULL;
ALTER TABLE AllGroup ENGINE = InnoDB ROW_FORMAT = DYNAMIC,
    MODIFY groupname VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    MODIFY groupdesc VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';
ALTER TABLE GroupUser ENGINE = InnoDB ROW_FORMAT = DYNAMIC, MODIFY groupid INT NOT NULL, MODIFY userid INT NOT NULL,
    MODIFY grouprole VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'normal';
ALTER TABLE OfflineMessage ENGINE = InnoDB ROW_FORMAT = DYNAMIC, MODIFY userid INT NOT NULL,
    MODIFY message MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;

-- namekey, groupkey: names are compared without case, and by nothing else that a collation has in mind (accents, width,
-- blanks at the end). ours: written by us as proper text; a legacy server's text went through a mislabelled connection.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'Users' AND COLUMN_NAME = 'namekey') = 0,
    'ALTER TABLE Users ADD COLUMN namekey VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin GENERATED ALWAYS AS (LOWER(name)) STORED INVISIBLE, ADD COLUMN ours TINYINT NOT NULL DEFAULT 0 INVISIBLE',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'AllGroup' AND COLUMN_NAME = 'groupkey') = 0,
    'ALTER TABLE AllGroup ADD COLUMN groupkey VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin GENERATED ALWAYS AS (LOWER(groupname)) STORED INVISIBLE, ADD COLUMN ours TINYINT NOT NULL DEFAULT 0 INVISIBLE',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

-- Where two rows have one name already, both stay, and the index is not unique.
SET @unique = IF((SELECT COUNT(*) FROM (SELECT 1 FROM Users GROUP BY namekey HAVING COUNT(*) > 1 LIMIT 1) twice) = 0, 'UNIQUE ', '');
SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'Users' AND INDEX_NAME = 'Users_namekey') = 0,
    CONCAT('ALTER TABLE Users ADD ', @unique, 'KEY Users_namekey (namekey)'),
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @unique = IF((SELECT COUNT(*) FROM (SELECT 1 FROM AllGroup GROUP BY groupkey HAVING COUNT(*) > 1 LIMIT 1) twice) = 0, 'UNIQUE ', '');
SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'AllGroup' AND INDEX_NAME = 'AllGroup_groupkey') = 0,
    CONCAT('ALTER TABLE AllGroup ADD ', @unique, 'KEY AllGroup_groupkey (groupkey)'),
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

-- Without a primary key of their own, Friends and GroupUser may hold a row twice: both stay, and are read as one.
SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'Friends' AND SEQ_IN_INDEX = 1 AND COLUMN_NAME = 'userid') = 0,
    'ALTER TABLE Friends ADD KEY Friends_user (userid, friendid)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'GroupUser' AND SEQ_IN_INDEX = 1 AND COLUMN_NAME = 'groupid') = 0,
    'ALTER TABLE GroupUser ADD KEY GroupUser_group (groupid, userid)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'GroupUser' AND INDEX_NAME = 'GroupUser_user') = 0,
    'ALTER TABLE GroupUser ADD KEY GroupUser_user (userid, groupid)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

-- id: the order in which rows were queued. a, b, seq, cmid, ts: the message's place in the log (see 003); NULL in rows of other
-- servers, and seq also when the node keeps no history. A key on the user alone would allow one message for each.
SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'OfflineMessage' AND INDEX_NAME = 'PRIMARY' AND COLUMN_NAME = 'userid') > 0,
    'ALTER TABLE OfflineMessage DROP PRIMARY KEY',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @id = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'OfflineMessage' AND COLUMN_NAME = 'id') = 0,
    'ALTER TABLE OfflineMessage ADD COLUMN id BIGINT NOT NULL AUTO_INCREMENT INVISIBLE, ADD PRIMARY KEY (id), ',
    'ALTER TABLE OfflineMessage ');
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'OfflineMessage' AND COLUMN_NAME = 'seq') = 0,
    CONCAT(@id, 'ADD COLUMN a INT NULL INVISIBLE, ADD COLUMN b INT NULL INVISIBLE, ADD COLUMN seq BIGINT NULL INVISIBLE, ADD COLUMN cmid VARBINARY(256) NULL INVISIBLE, ADD COLUMN ts BIGINT NULL INVISIBLE, ADD UNIQUE KEY OfflineMessage_once (userid, a, b, seq), ADD KEY OfflineMessage_order (userid, id)'),
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
