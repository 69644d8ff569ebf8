-- Events of Akka.Persistence.Sql. A number is never given twice; ids compare byte by byte.
CREATE TABLE IF NOT EXISTS EventJournal (
    ordering BIGINT NOT NULL AUTO_INCREMENT,
    created BIGINT NOT NULL,
    deleted TINYINT(1) NOT NULL,
    persistence_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sequence_number BIGINT NOT NULL,
    message LONGBLOB NOT NULL,
    tags VARCHAR(100) NULL,
    manifest VARCHAR(500) NULL,
    identifier INT NULL,
    writer_uuid VARCHAR(128) NULL,
    PRIMARY KEY (ordering),
    UNIQUE KEY EventJournal_once (persistence_id, sequence_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

-- What events up to a number have led to.
CREATE TABLE IF NOT EXISTS EventSnapshot (
    persistence_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sequence_number BIGINT NOT NULL,
    created BIGINT NOT NULL,
    snapshot LONGBLOB NOT NULL,
    manifest VARCHAR(500) NULL,
    serializer_id INT NULL,
    PRIMARY KEY (persistence_id, sequence_number)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

-- Who does not want to be seen online: written by the user's settings, looked at whenever Users.state is.
CREATE TABLE IF NOT EXISTS UserPrivacy (
    userid INT NOT NULL PRIMARY KEY,
    hides_presence TINYINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;
