-- Who does not want to be seen online: written by the user's settings, looked at whenever Users.state is.
CREATE TABLE UserPrivacy (
    userid INTEGER PRIMARY KEY,
    hides_presence INTEGER NOT NULL
);
