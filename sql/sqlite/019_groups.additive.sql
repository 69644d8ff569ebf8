-- What legacy servers do not know of groups. joining: 0 whoever wants to, 1 whom somebody lets in, 2 whom somebody adds. sending: 0 every member,
-- 1 creator and admins. A group without a row is as with zeros.
CREATE TABLE GroupPolicy (
    groupid INTEGER PRIMARY KEY,
    avatar TEXT NOT NULL DEFAULT '',
    joining INTEGER NOT NULL DEFAULT 0,
    sending INTEGER NOT NULL DEFAULT 0
);

-- Who may not send, until when in milliseconds since 1970, UTC. It outlasts leaving the group.
CREATE TABLE GroupMute (
    groupid INTEGER NOT NULL,
    userid INTEGER NOT NULL,
    muted_until INTEGER NOT NULL,
    PRIMARY KEY (groupid, userid)
) WITHOUT ROWID;

-- Who is not let in any more, since when in milliseconds since 1970, UTC, and by whom.
CREATE TABLE GroupBan (
    groupid INTEGER NOT NULL,
    userid INTEGER NOT NULL,
    banned_by INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (groupid, userid)
) WITHOUT ROWID;

-- Who wants to be let in, since when in milliseconds since 1970, UTC.
CREATE TABLE GroupJoinRequest (
    groupid INTEGER NOT NULL,
    userid INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (groupid, userid)
) WITHOUT ROWID;
