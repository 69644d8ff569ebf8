-- The words of messages as tokens of ASCII letters and digits (Chat.Node/Search/SearchWords.cs). The texts themselves are only in MessageLog, and what is
-- found is compared with them. Filled in the background. No token is shorter than three letters: InnoDB leaves out shorter ones.
CREATE TABLE IF NOT EXISTS MessageText (
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    ts BIGINT NOT NULL,
    tokens MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (a, b, seq),
    FULLTEXT KEY MessageText_tokens (tokens)
) ENGINE = InnoDB;

-- How far a conversation's messages, and the changes of them, are in MessageText.
CREATE TABLE IF NOT EXISTS SearchCursor (
    a INT NOT NULL,
    b INT NOT NULL,
    seq BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (a, b)
) ENGINE = InnoDB;

-- One row at most: the node that looks through all conversations, until when it has the right to, when it began, how far it is, and when the last such walk
-- that came to its end had begun. Times in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS SearchWalk (
    id INT NOT NULL,
    holder BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    started BIGINT NOT NULL,
    a INT NOT NULL,
    b INT NOT NULL,
    finished BIGINT NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB;
