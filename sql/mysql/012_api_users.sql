-- How users want to be called, where no token of an issuer says it.
CREATE TABLE IF NOT EXISTS UserProfile (
    userid INT NOT NULL,
    display VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (userid)
) ENGINE = InnoDB;

-- Users who are shut out, since when in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS DisabledUser (
    userid INT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (userid)
) ENGINE = InnoDB;

-- Tokens that the product's own servers hand out for logins, as hashes only. generation: that of the user when the token was made.
CREATE TABLE IF NOT EXISTS LoginToken (
    hash VARBINARY(32) NOT NULL,
    userid INT NOT NULL,
    expires BIGINT NOT NULL,
    generation INT NOT NULL,
    PRIMARY KEY (hash),
    KEY LoginToken_expires (expires)
) ENGINE = InnoDB;
