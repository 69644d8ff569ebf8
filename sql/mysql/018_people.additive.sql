-- What users say about themselves. kind: 1 where the picture is (unless a token of an issuer says it), 2 about the user.
CREATE TABLE IF NOT EXISTS ProfileText (
    userid INT NOT NULL,
    kind TINYINT NOT NULL,
    text VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (userid, kind)
) ENGINE = InnoDB;

-- Whom a user knows, as far as more is to be said than a row of Friends does. state: 0 nobody special, 1 asked by the user, 2 asks the user, 3 a contact (and
-- then in Friends). blocked: the other one may not write. rev: the user's rev when that changed last. note: the words of a request.
CREATE TABLE IF NOT EXISTS Contact (
    userid INT NOT NULL,
    other INT NOT NULL,
    state TINYINT NOT NULL,
    blocked TINYINT NOT NULL DEFAULT 0,
    alias VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    note VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (userid, other),
    UNIQUE KEY Contact_changes (userid, rev)
) ENGINE = InnoDB;

-- The last rev of each user's contacts. Whoever changes them writes here first.
CREATE TABLE IF NOT EXISTS ContactRev (
    userid INT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (userid)
) ENGINE = InnoDB;
