-- What legacy servers do not know of groups. joining: 0 whoever wants to, 1 whom somebody lets in, 2 whom somebody adds. sending: 0 every member,
-- 1 creator and admins. A group without a row is as with zeros.
CREATE TABLE IF NOT EXISTS GroupPolicy (
    groupid INT NOT NULL,
    avatar VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    joining TINYINT NOT NULL DEFAULT 0,
    sending TINYINT NOT NULL DEFAULT 0,
    PRIMARY KEY (groupid)
) ENGINE = InnoDB;

-- Who may not send, until when in milliseconds since 1970, UTC. It outlasts leaving the group.
CREATE TABLE IF NOT EXISTS GroupMute (
    groupid INT NOT NULL,
    userid INT NOT NULL,
    muted_until BIGINT NOT NULL,
    PRIMARY KEY (groupid, userid)
) ENGINE = InnoDB;

-- Who is not let in any more, since when in milliseconds since 1970, UTC, and by whom.
CREATE TABLE IF NOT EXISTS GroupBan (
    groupid INT NOT NULL,
    userid INT NOT NULL,
    banned_by INT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (groupid, userid)
) ENGINE = InnoDB;

-- Who wants to be let in, since when in milliseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS GroupJoinRequest (
    groupid INT NOT NULL,
    userid INT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (groupid, userid)
) ENGINE = InnoDB;
