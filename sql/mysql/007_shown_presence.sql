-- Whether it is we who list the user as online in Users.state: only then it is for us to list it as offline.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'UserPresence' AND COLUMN_NAME = 'shown') = 0,
    'ALTER TABLE UserPresence ADD COLUMN shown TINYINT NOT NULL DEFAULT 1',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
