-- namefold, groupfold: by what names are compared: Normalization Form C with simple case folding, which no collation does, so that
-- a node makes it. NULL until then, also in rows that other servers insert. Not unique: rows that fall together both stay.
-- namekey and groupkey stay as they are: older nodes compare by them, and a legacy server learns from them that a name is taken.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'Users' AND COLUMN_NAME = 'namefold') = 0,
    'ALTER TABLE Users ADD COLUMN namefold VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL INVISIBLE, ADD KEY Users_namefold (namefold)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'AllGroup' AND COLUMN_NAME = 'groupfold') = 0,
    'ALTER TABLE AllGroup ADD COLUMN groupfold VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL INVISIBLE, ADD KEY AllGroup_groupfold (groupfold)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
