namespace Chat.SystemTests.Storage;

/// <summary>
/// Statements that fill the tables as a busy site would: every user has ten friends and is in twenty groups, every conversation
/// has a hundred messages.
/// </summary>
/// <param name="Users">Users, as many groups and as many conversations.</param>
/// <param name="Series">A table with the numbers from 1 on in its only column seq.</param>
sealed record ManyRows(int Users, Func<int, string> Series)
{
    /// <summary>A queued message.</summary>
    const string Chat = """{"groupid":1,"id":1,"msg":"hi","msgid":10,"name":"a","time":"2023-11-14 22:13:20"}""";

    public const long Then = 1_700_000_000_000;
    public const int FriendsOfEach = 10;
    public const int GroupsOfEach = 20;
    public const int MessagesOfEach = 100;
    public const int Incarnations = 1000;

    /// <summary>An incarnation that has rows, marks as unfinished, and users.</summary>
    public const long Unfinished = 7;

    public static string InMariaDb(int count) => $"seq_1_to_{count}";

    public static string InSqlite(int count) =>
        $"(WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < {count}) SELECT seq FROM s)";

    /// <summary>The conversations that are groups; the others are of two users that follow each other.</summary>
    int Groups => Users * 3 / 10;

    public IEnumerable<string> Statements() =>
    [
        $"INSERT INTO Users (id, name, password, state, ours) SELECT seq, 'user' || seq, '', CASE WHEN seq % 3 = 0 THEN 'online' ELSE 'offline' END, 1 FROM {Series(Users)} x",
        $"INSERT INTO AllGroup (id, groupname, groupdesc, ours) SELECT seq, 'group' || seq, '', 1 FROM {Series(Users)} x",
        $"INSERT INTO Friends (userid, friendid) SELECT u.seq, (u.seq + f.seq * 37) % {Users} + 1 FROM {Series(Users)} u, {Series(FriendsOfEach)} f",
        $"INSERT INTO Contact (userid, other, state, blocked, rev) SELECT u.seq, (u.seq + f.seq * 41) % {Users} + 1, 0, 0, f.seq FROM {Series(Users)} u, {Series(5)} f WHERE u.seq > 50",
        $"INSERT INTO ContactRev (userid, rev) SELECT seq, 5 FROM {Series(Users)} x WHERE seq > 50",
        $"INSERT INTO ProfileText (userid, kind, text) SELECT seq, 2, 'x' FROM {Series(Users)} x",
        $"INSERT INTO GroupUser (groupid, userid) SELECT g.seq, (g.seq * 20 + m.seq * 37) % {Users} + 1 FROM {Series(Users)} g, {Series(GroupsOfEach)} m",
        $"INSERT INTO GroupPolicy (groupid, sending, history) SELECT seq, CASE WHEN seq % 7 = 0 THEN 1 ELSE 0 END, CASE WHEN seq % 11 = 0 THEN 1 ELSE 0 END FROM {Series(Users)} x",
        $"INSERT INTO DeletedGroup (groupid, deleted) SELECT {Users} + seq, {Then} FROM {Series(Users)} x",
        $"INSERT INTO GroupMute (groupid, userid, muted_until) SELECT g.seq, u.seq, {Then} FROM {Series(Users)} g, {Series(3)} u",
        $"INSERT INTO GroupBan (groupid, userid, banned_by, since) SELECT g.seq, u.seq, 1, {Then} FROM {Series(Users)} g, {Series(3)} u",
        $"INSERT INTO GroupJoinRequest (groupid, userid, since) SELECT g.seq, u.seq, {Then} FROM {Series(Users)} g, {Series(3)} u",
        $"INSERT INTO Conversation (a, b) SELECT {A}, {B} FROM {Series(Users)} c",
        $"""
        INSERT INTO MessageLog (a, b, seq, sender, cmid, ts, node, body)
        SELECT {A}, {B}, m.seq, 1 + m.seq % 2, 'c' || m.seq, {Then} + m.seq * 1000, 1 + c.seq % 100, x'7B7D'
        FROM {Series(Users)} c, {Series(MessagesOfEach)} m
        """,
        $"INSERT INTO OfflineMessage (userid, message, a, b, seq, cmid, ts) SELECT c.seq, '{Chat}', 0, c.seq, m.seq, 'c', {Then} FROM {Series(Users)} c, {Series(10)} m",
        $"INSERT INTO DeliveryMark (userid, a, b) SELECT c.seq, 0, m.seq FROM {Series(Users)} c, {Series(10)} m",
        $"INSERT INTO UserPresence (userid, node) SELECT seq, 1 + seq % 500 FROM {Series(Users / 2)} x",
        $"INSERT INTO UserPrivacy (userid, hides_presence) SELECT seq, 0 FROM {Series(Users / 2)} x",
        $"INSERT INTO HiddenReceipts (userid) SELECT seq FROM {Series(Users / 2)} x",
        $"INSERT INTO Draft (userid, a, b, draft) SELECT c.seq, 0, m.seq, 'so far' FROM {Series(Users)} c, {Series(5)} m",
        $"INSERT INTO Reaction (a, b, seq, userid, emoji, ts) SELECT 0, g.seq, 1, u.seq, x'F09F918D', {Then} FROM {Series(Users)} g, {Series(5)} u",
        $"INSERT INTO MessageReference (a, b, seq, thread, refs) SELECT 0, g.seq, 1 + m.seq, 1, x'7B7D' FROM {Series(Users)} g, {Series(10)} m WHERE g.seq <> 31",
        $"INSERT INTO Mention (userid, a, b, seq, sender) SELECT u.seq - 1, 0, g.seq, 1, 1 FROM {Series(Users)} g, {Series(5)} u WHERE g.seq <> 31",
        $"INSERT INTO NotifyRule (userid, a, b, level) SELECT u.seq, 0, g.seq, 1 FROM {Series(Users)} u, {Series(5)} g",
        $"INSERT INTO PendingPush (userid, a, b, seq, due) SELECT seq, 0, 1, 1, CASE WHEN seq % 10 = 1 THEN {Then} + seq ELSE NULL END FROM {Series(Users)} x",
        $"INSERT INTO ResumeToken (hash, userid, expires) SELECT UNHEX(HEX('hash' || seq)), 1 + seq % {Users}, {Then} + seq * 1000 FROM {Series(2 * Users)} x",
        $"INSERT INTO Device (userid, device, registration, created, seen, push_hash, push_token) SELECT u.seq, 'd' || d.seq, u.seq * 3 + d.seq, {Then}, {Then} + u.seq, UNHEX(HEX(u.seq || '.' || d.seq)), 'x' FROM {Series(Users)} u, {Series(3)} d",
        $"INSERT INTO Attachment (id, owner, name, type, size, sha256, state, since, until) SELECT 'a' || u.seq || '.' || f.seq, u.seq, 'x', 'a/b', 7, x'00', CASE WHEN f.seq = 1 AND u.seq % 50 = 0 THEN 1 ELSE 3 END, {Then}, {Then} FROM {Series(Users)} u, {Series(3)} f",
        $"INSERT INTO AttachmentUse (id, a, b, sender, cmid, since, checked) SELECT 'a' || u.seq || '.' || f.seq, 0, u.seq, u.seq, 'c' || f.seq, {Then}, CASE WHEN u.seq % 50 = 0 THEN 0 ELSE 1 END FROM {Series(Users)} u, {Series(3)} f",
        $"INSERT INTO MessageReport (a, b, seq, reporter, sender, reason, msg, created, closed) SELECT 0, seq, 1, seq, seq, '', 'x', {Then}, CASE WHEN seq % 50 = 0 THEN NULL ELSE {Then} END FROM {Series(Users)} x",
        $"INSERT INTO ExternalIdentity (issuer, subject, userid) SELECT UNHEX(HEX('issuer')), UNHEX(HEX('subject' || seq)), seq FROM {Series(Users)} x",
        $"INSERT INTO UserRevocation (userid, generation, not_before) SELECT seq, 1, {Then} FROM {Series(Users / 2)} x",
        $"INSERT INTO Node (incarnation, name, started, heartbeat, confirmed_before, finished) SELECT seq, 'node', {Then}, {Then}, {Then}, CASE WHEN seq < {Unfinished + 3} THEN 0 ELSE 1 END FROM {Series(Incarnations)} x",
        $"INSERT INTO AuditLog (at, key_name, operation, subject, detail, address, node) SELECT {Then} + seq, 'k', 'changeUser', 'users/' || seq, '', '', 'n' FROM {Series(Users)} x",
        $"INSERT INTO UserErasure (userid, asked, step, stage, a, b, seq, messages, holder, held_until, done) SELECT {Users} + seq, {Then}, 9, 0, 0, 0, 0, 0, 0, 0, {Then} FROM {Series(Users)} x",
        $"INSERT INTO LoginToken (hash, userid, expires, generation) SELECT UNHEX(HEX('login' || seq)), seq, {Then} + 999999999999, 0 FROM {Series(Users)} x",
        $"INSERT INTO QuarantinedMessage (userid, message, reason, found) SELECT seq, '?', '', {Then} FROM {Series(1000)} x",
    ];

    string A => $"CASE WHEN c.seq <= {Groups} THEN 0 ELSE c.seq - {Groups} END";

    string B => $"CASE WHEN c.seq <= {Groups} THEN c.seq ELSE c.seq - {Groups} + 1 END";
}
