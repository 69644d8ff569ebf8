-- shown_to: how far others see that the user has read; NULL: as far as read_to. hidden_to: the user has cleared the conversation up to here.
-- flags: 1 archived, 2 marked as unread.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'DeliveryMark' AND COLUMN_NAME = 'shown_to') = 0,
    'ALTER TABLE DeliveryMark ADD COLUMN shown_to BIGINT NULL, ADD COLUMN hidden_to BIGINT NOT NULL DEFAULT 0, ADD COLUMN flags TINYINT NOT NULL DEFAULT 0',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

-- Who does not show what was read: written by the user's settings.
CREATE TABLE IF NOT EXISTS HiddenReceipts (
    userid INT NOT NULL,
    PRIMARY KEY (userid)
) ENGINE = InnoDB;

-- What a user has begun to write.
CREATE TABLE IF NOT EXISTS Draft (
    userid INT NOT NULL,
    a INT NOT NULL,
    b INT NOT NULL,
    draft MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (userid, a, b)
) ENGINE = InnoDB;
