namespace Chat.Node.Storage.Sqlite;

/// <summary>What pairs of users are to each other.</summary>
static class SqliteContacts
{
    /// <summary><see cref="SqlDialect.PairStandings"/>.</summary>
    public const string Standings =
        """
        SELECT i.userid, i.other, EXISTS (SELECT 1 FROM Contact c WHERE c.userid = i.userid AND c.other = i.other AND c.blocked = 1) AS blocks,
            EXISTS (SELECT 1 FROM Contact c WHERE c.userid = i.other AND c.other = i.userid AND c.blocked = 1) AS isblocked,
            EXISTS (SELECT 1 FROM UserPrivacy v WHERE v.userid = i.other AND v.hides_presence = 2)
                AND NOT EXISTS (SELECT 1 FROM Friends f WHERE f.userid = i.other AND f.friendid = i.userid) AS isstranger
        FROM (SELECT value ->> 0 AS userid, value ->> 1 AS other FROM json_each(@ids)) i
        """;
}
