-- Groups that were deleted, whose messages are to go too. deleted: when, in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS DeletedGroup (
    groupid INT NOT NULL,
    deleted BIGINT NOT NULL,
    PRIMARY KEY (groupid)
) ENGINE = InnoDB;
