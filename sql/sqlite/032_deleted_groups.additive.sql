-- Groups that were deleted, whose messages are to go too. deleted: when, in milliseconds since 1970, UTC.
CREATE TABLE DeletedGroup (
    groupid INTEGER PRIMARY KEY,
    deleted INTEGER NOT NULL
);
