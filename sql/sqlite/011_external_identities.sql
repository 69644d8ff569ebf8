-- Users of the product itself, who log in with its tokens (JWT). Issuer and subject are UTF-8, compared byte by byte: two subjects may differ in
-- case alone. display and avatar are what the newest token said.
CREATE TABLE ExternalIdentity (
    issuer BLOB NOT NULL,
    subject BLOB NOT NULL,
    userid INTEGER NOT NULL,
    display TEXT NULL,
    avatar TEXT NULL,
    PRIMARY KEY (issuer, subject)
) WITHOUT ROWID;
CREATE UNIQUE INDEX ExternalIdentity_user ON ExternalIdentity (userid);

-- Users who were logged out everywhere: how often, and when last, in milliseconds since 1970, UTC. A login of an earlier generation is over; a token
-- (JWT) that was issued before that time is refused.
CREATE TABLE UserRevocation (
    userid INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL,
    not_before INTEGER NOT NULL
);

-- ends: when the token (JWT) does to which this one belongs; NULL: to none. generation: that of the user when the token was made.
ALTER TABLE ResumeToken ADD COLUMN ends INTEGER NULL;
ALTER TABLE ResumeToken ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
