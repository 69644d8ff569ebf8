-- What a message refers to beside its text: a row for each message that refers to something (Chat.Protocol/Pushes/MessageReferences.cs has the keys of refs,
-- an object in UTF-8). thread: the number of the message that its thread began with; 0: it is in none.
CREATE TABLE MessageReference (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    thread INTEGER NOT NULL,
    refs BLOB NOT NULL,
    PRIMARY KEY (a, b, seq)
) WITHOUT ROWID;
CREATE INDEX MessageReference_thread ON MessageReference (a, b, thread, seq);

-- Who is mentioned in which messages. userid 0: everybody; sender: who mentions, and is not told of it.
CREATE TABLE Mention (
    userid INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    sender INTEGER NOT NULL,
    PRIMARY KEY (userid, a, b, seq)
) WITHOUT ROWID;
