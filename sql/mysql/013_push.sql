-- Messages that wait for users without a session: a row a user and conversation until the user has read the message seq, which is the first one.
-- due: when it is looked at, in milliseconds since 1970, UTC; NULL: the product was told.
CREATE TABLE IF NOT EXISTS PendingPush (
    userid INT NOT NULL,
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    due BIGINT NULL,
    PRIMARY KEY (userid, a, b),
    KEY PendingPush_due (due)
) ENGINE = InnoDB;
