-- Messages that wait for users without a session: a row a user and conversation until the user has read the message seq, which is the first one.
-- due: when it is looked at, in milliseconds since 1970, UTC; NULL: the product was told.
CREATE TABLE PendingPush (
    userid INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    due INTEGER NULL,
    PRIMARY KEY (userid, a, b)
) WITHOUT ROWID;
CREATE INDEX PendingPush_due ON PendingPush (due) WHERE due IS NOT NULL;
