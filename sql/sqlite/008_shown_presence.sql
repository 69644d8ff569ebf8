-- Whether it is we who list the user as online in Users.state: only then it is for us to list it as offline.
ALTER TABLE UserPresence ADD COLUMN shown INTEGER NOT NULL DEFAULT 1;
