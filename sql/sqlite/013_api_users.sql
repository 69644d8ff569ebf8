-- How users want to be called, where no token of an issuer says it.
CREATE TABLE UserProfile (
    userid INTEGER PRIMARY KEY,
    display TEXT NOT NULL
);

-- Users who are shut out, since when in milliseconds since 1970, UTC.
CREATE TABLE DisabledUser (
    userid INTEGER PRIMARY KEY,
    since INTEGER NOT NULL
);

-- Tokens that the product's own servers hand out for logins, as hashes only. generation: that of the user when the token was made.
CREATE TABLE LoginToken (
    hash BLOB PRIMARY KEY,
    userid INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    generation INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX LoginToken_expires ON LoginToken (expires);
