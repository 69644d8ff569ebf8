-- Users whose contents go, or are gone. step, stage, a, b, seq: how far that is (Chat.Node/Storage/ErasureStore.cs). messages: how many were emptied. holder: the
-- node that does it, until held_until. done: NULL while something is left. Times in milliseconds since 1970, UTC.
CREATE TABLE UserErasure (
    userid INTEGER PRIMARY KEY,
    asked INTEGER NOT NULL,
    step INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    holder INTEGER NOT NULL,
    held_until INTEGER NOT NULL,
    done INTEGER NULL
);
CREATE INDEX UserErasure_open ON UserErasure (done, asked);

-- What is there of a user is found without going through everybody's.
CREATE INDEX LoginToken_user ON LoginToken (userid);
CREATE INDEX GroupJoinRequest_user ON GroupJoinRequest (userid);
CREATE INDEX MessageReport_sender ON MessageReport (sender);
