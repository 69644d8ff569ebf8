-- What a message refers to beside its text: a row for each message that refers to something (Chat.Protocol/Pushes/MessageReferences.cs has the keys of refs,
-- an object in UTF-8). thread: the number of the message that its thread began with; 0: it is in none.
CREATE TABLE IF NOT EXISTS MessageReference (
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    thread BIGINT NOT NULL,
    refs BLOB NOT NULL,
    PRIMARY KEY (a, b, seq),
    KEY MessageReference_thread (a, b, thread, seq)
) ENGINE = InnoDB;

-- Who is mentioned in which messages. userid 0: everybody; sender: who mentions, and is not told of it.
CREATE TABLE IF NOT EXISTS Mention (
    userid INT NOT NULL,
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    sender INT NOT NULL,
    PRIMARY KEY (userid, a, b, seq)
) ENGINE = InnoDB;
