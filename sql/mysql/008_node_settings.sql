-- The settings that all nodes of a cluster must have alike, as Key=value;Key=value.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'Node' AND COLUMN_NAME = 'settings') = 0,
    'ALTER TABLE Node ADD COLUMN settings VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT ''''',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
