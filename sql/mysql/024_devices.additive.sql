-- The devices on which users are logged in. registration: chosen when the device logs in first, or again after it was logged out: sessions and resume
-- tokens of another one are over. seen: in milliseconds since 1970, UTC, to within some minutes. push_hash: of provider and token; push_failed: since
-- when the provider does not know the token any more.
CREATE TABLE IF NOT EXISTS Device (
    userid INT NOT NULL,
    device VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    registration BIGINT NOT NULL,
    name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    platform VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    push_provider VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    push_token VARCHAR(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    push_hash VARBINARY(32) NULL,
    push_failed BIGINT NULL,
    PRIMARY KEY (userid, device),
    UNIQUE KEY Device_push (push_hash),
    KEY Device_seen (seen)
) ENGINE = InnoDB;

-- Of which registration the token is; NULL: its client has named no device.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'ResumeToken' AND COLUMN_NAME = 'device') = 0,
    'ALTER TABLE ResumeToken ADD COLUMN device BIGINT NULL',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;

-- Messages that users want somebody to look at. msg is the text as it was then; closed: when somebody has, in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS MessageReport (
    id BIGINT NOT NULL AUTO_INCREMENT,
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    reporter INT NOT NULL,
    sender INT NOT NULL,
    reason VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    msg MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created BIGINT NOT NULL,
    closed BIGINT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY MessageReport_once (a, b, seq, reporter),
    KEY MessageReport_open (closed, id),
    KEY MessageReport_reporter (reporter, created)
) ENGINE = InnoDB;
