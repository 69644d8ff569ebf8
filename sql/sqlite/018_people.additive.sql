-- What users say about themselves. kind: 1 where the picture is (unless a token of an issuer says it), 2 about the user.
CREATE TABLE ProfileText (
    userid INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (userid, kind)
) WITHOUT ROWID;

-- Whom a user knows, as far as more is to be said than a row of Friends does. state: 0 nobody special, 1 asked by the user, 2 asks the user, 3 a contact (and
-- then in Friends). blocked: the other one may not write. rev: the user's rev when that changed last. note: the words of a request.
CREATE TABLE Contact (
    userid INTEGER NOT NULL,
    other INTEGER NOT NULL,
    state INTEGER NOT NULL,
    blocked INTEGER NOT NULL DEFAULT 0,
    alias TEXT NULL,
    note TEXT NULL,
    rev INTEGER NOT NULL,
    PRIMARY KEY (userid, other)
) WITHOUT ROWID;
CREATE UNIQUE INDEX Contact_changes ON Contact (userid, rev);

-- The last rev of each user's contacts. Whoever changes them writes here first.
CREATE TABLE ContactRev (
    userid INTEGER PRIMARY KEY,
    rev INTEGER NOT NULL
);
