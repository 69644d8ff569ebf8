-- namefold, groupfold: by what names are compared: Normalization Form C with simple case folding, which no collation does, so that
-- a node makes it. NULL until then, also in rows that other servers insert. Not unique: rows that fall together both stay.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'Users' AND COLUMN_NAME = 'namefold') = 0,
    'ALTER TABLE Users ADD COLUMN namefold VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL INVISIBLE, ADD KEY Users_namefold (namefold)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'AllGroup' AND COLUMN_NAME = 'groupfold') = 0,
    'ALTER TABLE AllGroup ADD COLUMN groupfold VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL INVISIBLE, ADD KEY AllGroup_groupfold (groupfold)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

-- namekey and groupkey are what older nodes compare by. Not unique any more: the server's lower case takes some letters for one that are two.
SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'Users' AND INDEX_NAME = 'Users_namekey' AND NON_UNIQUE = 0) = 1,
    'ALTER TABLE Users DROP KEY Users_namekey, ADD KEY Users_namekey (namekey)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'AllGroup' AND INDEX_NAME = 'AllGroup_groupkey' AND NON_UNIQUE = 0) = 1,
    'ALTER TABLE AllGroup DROP KEY AllGroup_groupkey, ADD KEY AllGroup_groupkey (groupkey)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
