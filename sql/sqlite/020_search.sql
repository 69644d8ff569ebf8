-- The words of messages as tokens of ASCII letters and digits (Chat.Node/Search/SearchWords.cs): rowid is MessageLog.id. The texts themselves are only in
-- MessageLog, and what is found is compared with them. Filled in the background.
CREATE VIRTUAL TABLE MessageText USING fts5(tokens, content = '', contentless_delete = 1, tokenize = 'unicode61');

-- How far a conversation's messages, and the changes of them, are in MessageText.
CREATE TABLE SearchCursor (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;

-- One row at most: the node that looks through all conversations, until when it has the right to, when it began, how far it is, and when the last such walk
-- that came to its end had begun. Times in milliseconds since 1970, UTC.
CREATE TABLE SearchWalk (
    id INTEGER PRIMARY KEY,
    holder INTEGER NOT NULL,
    held_until INTEGER NOT NULL,
    started INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    finished INTEGER NOT NULL
);
