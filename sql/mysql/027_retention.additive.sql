-- What is gone of a conversation: messages below floor are shown to nobody. Their rows are emptied up to cleaned_to, and deleted up to deleted_to; the row next
-- below the floor stays, so that numbers go on behind it. changed: when the floor was raised last, in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS ConversationFloor (
    a INT NOT NULL,
    b INT NOT NULL,
    floor BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    cleaned_to BIGINT NOT NULL,
    deleted_to BIGINT NOT NULL,
    PRIMARY KEY (a, b)
) ENGINE = InnoDB;

-- One row at most: the node that goes through all conversations, until when it has the right to, how far it is, and when the next walk may begin. Times in milliseconds
-- since 1970, UTC.
CREATE TABLE IF NOT EXISTS RetentionWalk (
    id INT NOT NULL,
    holder BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    a INT NOT NULL,
    b INT NOT NULL,
    due BIGINT NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB;

-- keep_days: after so many days messages of the group are gone; 0: the group says nothing.
SET @step = IF((SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'GroupPolicy' AND COLUMN_NAME = 'keep_days') = 0,
    'ALTER TABLE GroupPolicy ADD COLUMN keep_days INT NOT NULL DEFAULT 0, ADD KEY GroupPolicy_keep (keep_days)',
    'DO 0');
PREPARE step FROM @step; EXECUTE step; DEALLOCATE PREPARE step;
