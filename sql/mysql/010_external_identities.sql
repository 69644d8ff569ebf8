-- Users of the product itself, who log in with its tokens (JWT). Issuer and subject are UTF-8 in binary columns: two subjects may differ in
-- case alone. display and avatar are what the newest token said.
CREATE TABLE IF NOT EXISTS ExternalIdentity (
    issuer VARBINARY(200) NOT NULL,
    subject VARBINARY(200) NOT NULL,
    userid INT NOT NULL,
    display VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    avatar VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE KEY ExternalIdentity_user (userid)
) ENGINE = InnoDB;

-- Users who were logged out everywhere: how often, and when last, in milliseconds since 1970, UTC. A login of an earlier generation is over; a token
-- (JWT) that was issued before that time is refused.
CREATE TABLE IF NOT EXISTS UserRevocation (
    userid INT NOT NULL,
    generation INT NOT NULL,
    not_before BIGINT NOT NULL,
    PRIMARY KEY (userid)
) ENGINE = InnoDB;

-- ends: when the token (JWT) does to which this one belongs; NULL: to none. generation: that of the user when the token was made.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'ResumeToken' AND COLUMN_NAME = 'generation') = 0,
    'ALTER TABLE ResumeToken ADD COLUMN ends BIGINT NULL, ADD COLUMN generation INT NOT NULL DEFAULT 0',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
