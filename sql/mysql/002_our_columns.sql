-- Brings the documented tables to the form that we need, whether 001 made them or another server long ago. Every step can be
-- repeated: MySQL ends a transaction at each of them, so a node that dies in the middle leaves some done and some not.
-- No row is dropped; columns that are added are INVISIBLE, so that positional INSERTs and SELECT * stay what they are.

-- A value that would be cut ends the script, whatever the server's own mode is. MySQL can hide a primary key that it made itself.
SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION' /*!80030 , show_gipk_in_create_table_and_information_schema = ON */;

-- NULL in these columns ends a legacy server at that user's login. Names may have to be unique. Rows without an id stay as they
-- are: no join finds them.
UPDATE Users SET name = CONCAT('user #', id) WHERE name IS NULL;
UPDATE Users SET password = '' WHERE password IS NULL;
UPDATE Users SET state = 'offline' WHERE state IS NULL OR state = '';
UPDATE AllGroup SET groupname = CONCAT('group #', id) WHERE groupname IS NULL;
UPDATE AllGroup SET groupdesc = '' WHERE groupdesc IS NULL;
UPDATE GroupUser SET grouprole = 'normal' WHERE grouprole IS NULL OR grouprole = '';

-- What has to change in a table. Types are only widened, and ids never touched: keys and foreign keys may be on them. Text is
-- converted from whatever character set the table had. TEXT and MEDIUMTEXT take up to three times the bytes then, so that TEXT
-- becomes MEDIUMTEXT. ROW_FORMAT: an older one allows no key on a name of 255 characters, or no InnoDB at all.
PREPARE changes FROM 'SELECT CONCAT_WS('', '',
    IF(t.ENGINE = ''InnoDB'' AND t.ROW_FORMAT IN (''Dynamic'', ''Compressed''), NULL, ''ENGINE = InnoDB ROW_FORMAT = DYNAMIC''),
    (SELECT GROUP_CONCAT(''MODIFY '', c.COLUMN_NAME, '' '', c.type, '' CHARACTER SET utf8mb4 COLLATE utf8mb4_bin '',
            IF(c.COLUMN_NAME = ''message'' AND c.IS_NULLABLE = ''YES'', ''NULL'', ''NOT NULL''),
            CASE WHEN c.standard IS NULL THEN '''' WHEN c.type LIKE ''%TEXT'' THEN CONCAT('' DEFAULT ('', QUOTE(c.standard), '')'')
                ELSE CONCAT('' DEFAULT '', QUOTE(c.standard)) END
            ORDER BY c.ORDINAL_POSITION SEPARATOR '', '')
        FROM (SELECT TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, IS_NULLABLE,
                CASE COLUMN_NAME WHEN ''state'' THEN ''offline'' WHEN ''grouprole'' THEN ''normal'' WHEN ''groupdesc'' THEN '''' END AS standard,
                CASE WHEN DATA_TYPE IN (''longtext'', ''longblob'') THEN ''LONGTEXT''
                    WHEN DATA_TYPE LIKE ''%text'' OR COLUMN_NAME = ''message'' OR CHARACTER_MAXIMUM_LENGTH > 4000 THEN ''MEDIUMTEXT''
                    ELSE CONCAT(''VARCHAR('', GREATEST(IF(COLUMN_NAME IN (''state'', ''grouprole''), 20, 255), COALESCE(CHARACTER_MAXIMUM_LENGTH, 0)), '')'')
                END AS type
            FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = DATABASE()
                AND COLUMN_NAME IN (''name'', ''password'', ''state'', ''groupname'', ''groupdesc'', ''grouprole'', ''message'')) c
        WHERE c.TABLE_NAME = t.TABLE_NAME)) INTO @changes
    FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_NAME = ?';

SET @table = 'Users'; EXECUTE changes USING @table;
SET @step = CONCAT('ALTER TABLE Users ', @changes);
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @table = 'AllGroup'; EXECUTE changes USING @table;
SET @step = CONCAT('ALTER TABLE AllGroup ', @changes);
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @table = 'GroupUser'; EXECUTE changes USING @table;
SET @step = CONCAT('ALTER TABLE GroupUser ', @changes);
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @table = 'Friends'; EXECUTE changes USING @table;
SET @step = IF(@changes = '', 'DO 0', CONCAT('ALTER TABLE Friends ', @changes));
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

-- namekey, groupkey: names are compared without case, and by nothing else that a collation has in mind (accents, width,
-- blanks at the end); a key takes 768 characters. ours: written by us as proper text; a legacy server's text went through a
-- mislabelled connection.
SET @length = (SELECT LEAST(768, GREATEST(255, CHARACTER_MAXIMUM_LENGTH)) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'Users' AND COLUMN_NAME = 'name');
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'Users' AND COLUMN_NAME = 'namekey') = 0,
    CONCAT('ALTER TABLE Users ADD COLUMN namekey VARCHAR(', @length, ') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin GENERATED ALWAYS AS (LEFT(LOWER(name), ', @length, ')) STORED INVISIBLE, ADD COLUMN ours TINYINT NOT NULL DEFAULT 0 INVISIBLE'),
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @length = (SELECT LEAST(768, GREATEST(255, CHARACTER_MAXIMUM_LENGTH)) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'AllGroup' AND COLUMN_NAME = 'groupname');
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'AllGroup' AND COLUMN_NAME = 'groupkey') = 0,
    CONCAT('ALTER TABLE AllGroup ADD COLUMN groupkey VARCHAR(', @length, ') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin GENERATED ALWAYS AS (LEFT(LOWER(groupname), ', @length, ')) STORED INVISIBLE, ADD COLUMN ours TINYINT NOT NULL DEFAULT 0 INVISIBLE'),
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
-- servers, and seq also when the node keeps no history. Unique keys on the user would allow one message for each, and what is
-- a key on the text cannot be one on MEDIUMTEXT: they go. All in one step: a foreign key on userid never lacks an index, and
-- the table never its primary key.
SET @table = 'OfflineMessage'; EXECUTE changes USING @table;
DEALLOCATE PREPARE changes;
SET @primary = (SELECT COLUMN_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'OfflineMessage' AND INDEX_NAME = 'PRIMARY' AND SEQ_IN_INDEX = 1);
SET @keys = (SELECT GROUP_CONCAT(DISTINCT ', DROP KEY `', REPLACE(INDEX_NAME, '`', '``'), '`' SEPARATOR '') FROM information_schema.STATISTICS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'OfflineMessage' AND INDEX_NAME <> 'PRIMARY' AND INDEX_TYPE <> 'FULLTEXT'
        AND (COLUMN_NAME = 'message' OR (COLUMN_NAME = 'userid' AND NON_UNIQUE = 0)));
SET @id = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'OfflineMessage' AND COLUMN_NAME = 'id') = 0,
    ', ADD COLUMN id BIGINT NOT NULL AUTO_INCREMENT INVISIBLE',
    '');
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'OfflineMessage' AND COLUMN_NAME = 'seq') = 0,
    CONCAT('ALTER TABLE OfflineMessage ', @changes, COALESCE(@keys, ''),
        IF(@primary <> 'id', ', DROP PRIMARY KEY', ''), IF(@primary = 'my_row_id', ', DROP COLUMN my_row_id', ''),
        @id, IF(@primary = 'id', '', ', ADD PRIMARY KEY (id)'),
        ', ADD COLUMN a INT NULL INVISIBLE, ADD COLUMN b INT NULL INVISIBLE, ADD COLUMN seq BIGINT NULL INVISIBLE, ADD COLUMN cmid VARBINARY(256) NULL INVISIBLE, ADD COLUMN ts BIGINT NULL INVISIBLE, ADD UNIQUE KEY OfflineMessage_once (userid, a, b, seq), ADD KEY OfflineMessage_order (userid, id)'),
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

-- Only now: an old unique key could have taken a user's two messages without text for one.
UPDATE OfflineMessage SET message = '' WHERE message IS NULL;
SET @type = (SELECT COLUMN_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'OfflineMessage' AND COLUMN_NAME = 'message' AND IS_NULLABLE = 'YES');
SET @step = COALESCE(CONCAT('ALTER TABLE OfflineMessage MODIFY message ', @type, ' CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL'), 'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
