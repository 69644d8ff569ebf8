-- What users say about themselves. kind: 1 where the picture is (unless a token of an issuer says it), 2 about the user.
CREATE TABLE ProfileText (
    userid INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (userid, kind)
) WITHOUT ROWID;
