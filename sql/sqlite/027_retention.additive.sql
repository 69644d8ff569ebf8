-- What is gone of a conversation: messages below floor are shown to nobody. Their rows are emptied up to cleaned_to, and deleted up to deleted_to; the row next
-- below the floor stays, so that numbers go on behind it. changed: when the floor was raised last, in milliseconds since 1970, UTC.
CREATE TABLE ConversationFloor (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    floor INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    cleaned_to INTEGER NOT NULL,
    deleted_to INTEGER NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;

-- One row at most: the node that goes through all conversations, until when it has the right to, how far it is, and when the next walk may begin. Times in milliseconds
-- since 1970, UTC.
CREATE TABLE RetentionWalk (
    id INTEGER PRIMARY KEY,
    holder INTEGER NOT NULL,
    held_until INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    due INTEGER NOT NULL
);

-- keep_days: after so many days messages of the group are gone; 0: the group says nothing.
ALTER TABLE GroupPolicy ADD COLUMN keep_days INTEGER NOT NULL DEFAULT 0;
CREATE INDEX GroupPolicy_keep ON GroupPolicy (keep_days);
