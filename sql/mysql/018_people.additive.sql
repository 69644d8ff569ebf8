-- What users say about themselves. kind: 1 where the picture is (unless a token of an issuer says it), 2 about the user.
CREATE TABLE IF NOT EXISTS ProfileText (
    userid INT NOT NULL,
    kind TINYINT NOT NULL,
    text VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (userid, kind)
) ENGINE = InnoDB;
