-- Users whose contents go, or are gone. step, stage, a, b, seq: how far that is (Chat.Node/Storage/ErasureStore.cs). messages: how many were emptied. holder: the
-- node that does it, until held_until. done: NULL while something is left. Times in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS UserErasure (
    userid INT NOT NULL,
    asked BIGINT NOT NULL,
    step INT NOT NULL,
    stage INT NOT NULL,
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    holder BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    done BIGINT NULL,
    PRIMARY KEY (userid),
    KEY UserErasure_open (done, asked)
) ENGINE = InnoDB;

-- What is there of a user is found without going through everybody's.
SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'LoginToken' AND INDEX_NAME = 'LoginToken_user') = 0,
    'ALTER TABLE LoginToken ADD KEY LoginToken_user (userid)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'GroupJoinRequest' AND INDEX_NAME = 'GroupJoinRequest_user') = 0,
    'ALTER TABLE GroupJoinRequest ADD KEY GroupJoinRequest_user (userid)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'MessageReport' AND INDEX_NAME = 'MessageReport_sender') = 0,
    'ALTER TABLE MessageReport ADD KEY MessageReport_sender (sender)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
