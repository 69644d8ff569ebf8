-- shown_to: how far others see that the user has read; NULL: as far as read_to. hidden_to: the user has cleared the conversation up to here.
-- flags: 1 archived, 2 marked as unread.
ALTER TABLE DeliveryMark ADD COLUMN shown_to INTEGER NULL;
ALTER TABLE DeliveryMark ADD COLUMN hidden_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE DeliveryMark ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;

-- Who does not show what was read: written by the user's settings.
CREATE TABLE HiddenReceipts (
    userid INTEGER PRIMARY KEY
);

-- What a user has begun to write.
CREATE TABLE Draft (
    userid INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    draft TEXT NOT NULL,
    PRIMARY KEY (userid, a, b)
) WITHOUT ROWID;
