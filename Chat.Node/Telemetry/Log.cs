using System.Net;
using Chat.Protocol;

namespace Chat.Node.Telemetry;

/// <summary>Every log line that is not an actor's own. Never a text of a message, never a password or token.</summary>
static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "ChatActors is ready: {Page}chat on {ChatEndpoint}, health on {HealthEndpoint}, data in {Storage}. Connect with: {Hint}")]
    public static partial void Ready(ILogger logger, string page, string chatEndpoint, string healthEndpoint, string storage, string hint);

    [LoggerMessage(2, LogLevel.Error, "{Count} messages could not be logged")]
    public static partial void AppendFailed(ILogger logger, int count, Exception cause);

    [LoggerMessage(3, LogLevel.Error, "{Count} messages could not be queued")]
    public static partial void QueueFailed(ILogger logger, int count, Exception cause);

    [LoggerMessage(4, LogLevel.Warning, "{What} failed, the client was asked to try again")]
    public static partial void RequestFailed(ILogger logger, string what, Exception cause);

    [LoggerMessage(5, LogLevel.Information, "connection {Connection} from {Peer} of user {UserId} ended: {Reason}")]
    public static partial void SessionClosed(ILogger logger, string connection, System.Net.IPAddress? peer, int userId, string reason);

    [LoggerMessage(6, LogLevel.Debug, "connection {Connection}: user {UserId} logged in (modern: {IsModern})")]
    public static partial void LoggedIn(ILogger logger, string connection, int userId, bool isModern);

    [LoggerMessage(7, LogLevel.Information, "connection {Connection} from {Peer}: a message to {Conversation} was dropped: {Reason}")]
    public static partial void LegacyPostRefused(ILogger logger, string connection, System.Net.IPAddress? peer, ConversationId conversation, string reason);

    [LoggerMessage(8, LogLevel.Warning, "connection refused: {Count} are open, Chat:Limits:MaxConnections and the limit of open files allow no more")]
    public static partial void TooManyConnections(ILogger logger, int count);

    [LoggerMessage(9, LogLevel.Error, "connection {Connection} from {Peer} failed")]
    public static partial void ConnectionFailed(ILogger logger, string connection, System.Net.EndPoint? peer, Exception cause);

    [LoggerMessage(10, LogLevel.Information, "finishing {Conversations} conversations that node {Address} left (start {Incarnation})")]
    public static partial void FinishingFanOuts(ILogger logger, int conversations, string address, long incarnation);

    [LoggerMessage(11, LogLevel.Warning, "the database did not answer to the sweeper, trying again")]
    public static partial void SweepFailed(ILogger logger, Exception cause);

    [LoggerMessage(13, LogLevel.Debug, "connection {Connection} of user {UserId} ended")]
    public static partial void SessionEnded(ILogger logger, string connection, int userId);

    [LoggerMessage(14, LogLevel.Information, "a statement of the database is repeated (attempt {Attempt} ended with: {Reason})")]
    public static partial void StatementRepeated(ILogger logger, int attempt, string reason);

    [LoggerMessage(15, LogLevel.Warning, "waiting for the database: {Reason}")]
    public static partial void WaitingForDatabase(ILogger logger, string reason);

    [LoggerMessage(16, LogLevel.Information, "schema: {Script} applied")]
    public static partial void SchemaScriptApplied(ILogger logger, string script);

    [LoggerMessage(17, LogLevel.Warning, "a queued message of user {UserId} cannot be delivered and was moved to QuarantinedMessage: {Reason}")]
    public static partial void MessageQuarantined(ILogger logger, int userId, string reason);

    [LoggerMessage(18, LogLevel.Warning, "Chat:Bridge:LegacyPasswords is on: passwords are stored as plain text, for legacy servers that read them")]
    public static partial void PasswordsArePlain(ILogger logger);

    [LoggerMessage(19, LogLevel.Information, "{Count} messages of a batch were left out: the one before them in their conversation failed, or somebody has locked it")]
    public static partial void RowsLeftOut(ILogger logger, int count);

    [LoggerMessage(30, LogLevel.Warning, "the journal of users' settings is not available, trying again: {Reason}")]
    public static partial void JournalUnavailable(ILogger logger, string reason);

    [LoggerMessage(39, LogLevel.Critical, "CHATACTORS_FAULT is set: THIS NODE LOSES OR GARBLES MESSAGES ON PURPOSE ({Fault}). Only for tests of the checker")]
    public static partial void FaultsInjected(ILogger logger, string fault);

    [LoggerMessage(40, LogLevel.Information, "{Address} has formed a cluster; {Dead} starts of nodes that are gone were members of the one before")]
    public static partial void ClusterFormed(ILogger logger, string address, int dead);

    [LoggerMessage(41, LogLevel.Warning, "node {Address} is dead: its cluster port says {Answer}, and the database has had no sign of its life for {Silence:0.0} s")]
    public static partial void DeclaredDead(ILogger logger, string address, string answer, double silence);

    [LoggerMessage(42, LogLevel.Critical, "the other nodes have declared this one dead and go on without it: it ends, and has to be started again")]
    public static partial void Fenced(ILogger logger);

    [LoggerMessage(43, LogLevel.Warning, "the database takes no sign of life of this node, trying again: {Reason}")]
    public static partial void HeartbeatFailed(ILogger logger, string reason);

    [LoggerMessage(44, LogLevel.Warning, "the other nodes' signs of life cannot be read: {Reason}")]
    public static partial void PeersUnknown(ILogger logger, string reason);

    [LoggerMessage(45, LogLevel.Information, "a member of the cluster of {Members} nodes")]
    public static partial void Joined(ILogger logger, int members);

    [LoggerMessage(46, LogLevel.Information, "draining: {Connections} connections are sent elsewhere")]
    public static partial void Draining(ILogger logger, int connections);

    [LoggerMessage(47, LogLevel.Critical, "this node was removed from its cluster ({Reason}): it ends, and has to be started again")]
    public static partial void Removed(ILogger logger, string reason);

    [LoggerMessage(48, LogLevel.Debug, "the load has fallen: {Megabytes} MB of memory given back in {Pause:0} ms")]
    public static partial void MemoryTrimmed(ILogger logger, long megabytes, double pause);

    [LoggerMessage(60, LogLevel.Information, "connection {Connection} from {Peer} closed: no PROXY header, which Chat:ProxyProtocol demands ({Problem})")]
    public static partial void NoProxyHeader(ILogger logger, string connection, System.Net.EndPoint? peer, string problem);

    [LoggerMessage(70, LogLevel.Information, "the bridge to other servers is open: Redis is connected")]
    public static partial void RedisConnected(ILogger logger);

    [LoggerMessage(71, LogLevel.Warning, "Redis is not to be had ({Connection}: {Reason}), trying again; messages for users of other servers are queued in the database")]
    public static partial void RedisLost(ILogger logger, string connection, string reason);

    [LoggerMessage(72, LogLevel.Information, "Redis is back ({Connection})")]
    public static partial void RedisRestored(ILogger logger, string connection);

    [LoggerMessage(73, LogLevel.Warning, "whether a message for user {UserId} was published is not known ({Reason}): it is queued, and may come twice")]
    public static partial void PublishUnknown(ILogger logger, int userId, string reason);

    [LoggerMessage(74, LogLevel.Warning, "the connection of the dead node {Incarnation} to Redis could not be ended ({Reason}), to be tried again")]
    public static partial void NotDisconnected(ILogger logger, long incarnation, string reason);

    [LoggerMessage(75, LogLevel.Warning, "what came on the channel of user {UserId} is no message, and was dropped: {Reason}")]
    public static partial void GarbageReceived(ILogger logger, int userId, string reason);

    [LoggerMessage(76, LogLevel.Warning, "messages for user {UserId} come faster than they can be logged: they go into the offline queue")]
    public static partial void ChannelOverflowed(ILogger logger, int userId);

    [LoggerMessage(77, LogLevel.Error, "a message of another server for user {UserId} is lost: neither logged nor queued ({Reason})")]
    public static partial void BridgedMessageLost(ILogger logger, int userId, string reason);

    [LoggerMessage(78, LogLevel.Information, "{Users} users of this node were listed as offline by another server: they are listed as online again")]
    public static partial void PresenceReasserted(ILogger logger, int users);

    [LoggerMessage(79, LogLevel.Warning, "node {Address} is dead: its connections have ended, and nobody listens at its cluster port")]
    public static partial void DiedJustNow(ILogger logger, string address);

    [LoggerMessage(100, LogLevel.Warning, "the marks of user {UserId} in {Conversation} were above its last number: they said nothing, and were put right")]
    public static partial void MarkPutRight(ILogger logger, int userId, ConversationId conversation);

    [LoggerMessage(110, LogLevel.Information, "{Names} names of users and groups were given the keys by which they are compared")]
    public static partial void NamesKeyed(ILogger logger, int names);

    [LoggerMessage(120, LogLevel.Warning, "the database's server does not sync its commits (innodb_flush_log_at_trx_commit = {Value}): when its machine dies, acknowledged messages are lost")]
    public static partial void CommitsAreNotSynced(ILogger logger, int value);

    [LoggerMessage(121, LogLevel.Warning, "max_allowed_packet of the database's server is {Packet}: messages above {Largest} bytes are refused; {Needed} is needed for all")]
    public static partial void PacketTooSmall(ILogger logger, long packet, int largest, long needed);

    [LoggerMessage(122, LogLevel.Critical, "{Path} is not the file any more that this node has open: nothing is acknowledged until it is back. While this process lives what it has can be copied: {Rescue}")]
    public static partial void DatabaseFileLost(ILogger logger, string path, string rescue);

    [LoggerMessage(123, LogLevel.Warning, "{Path} and its log are back")]
    public static partial void DatabaseFileBack(ILogger logger, string path);

    [LoggerMessage(124, LogLevel.Critical, "{Path} or its log was cut by somebody else while this node had it open: what was in it is gone, and nothing is acknowledged any more. Copy both files away, end all nodes on it, and start them again: they go on with what is left; a backup may have more")]
    public static partial void DatabaseFileCut(ILogger logger, string path);

    public const int LinesLeftOutId = 130;

    [LoggerMessage(EventId = LinesLeftOutId, Message = "{Count} more lines in {Seconds:0} s{Share} like: {Example}")]
    public static partial void LinesLeftOut(ILogger logger, LogLevel level, long count, double seconds, string share, string example);

    [LoggerMessage(131, LogLevel.Information, "the limit of open files (ulimit -n, LimitNOFILE) is {Limit}: it leaves room for {Connections} connections of the {Wanted} of Chat:Limits:MaxConnections")]
    public static partial void FewDescriptors(ILogger logger, long limit, int connections, int wanted);

    [LoggerMessage(132, LogLevel.Error, "no connection can be accepted at {Endpoint}, trying again: {Reason}")]
    public static partial void CannotAccept(ILogger logger, System.Net.EndPoint endpoint, string reason);

    [LoggerMessage(133, LogLevel.Information, "the certificate for TLS was read: {Subject}, valid until {End:yyyy-MM-dd HH:mm}")]
    public static partial void CertificateRead(ILogger logger, string subject, DateTime end);

    [LoggerMessage(134, LogLevel.Error, "the new certificate for TLS cannot be used, the one before stays: {Reason}")]
    public static partial void CertificateUnusable(ILogger logger, string reason);

    [LoggerMessage(135, LogLevel.Warning, "the certificate for TLS ends at {End:yyyy-MM-dd HH:mm}, in {Days:0.0} days")]
    public static partial void CertificateEnds(ILogger logger, DateTime end, double days);

    [LoggerMessage(136, LogLevel.Error, "the certificate for TLS has ended at {End:yyyy-MM-dd HH:mm}: clients refuse it")]
    public static partial void CertificateEnded(ILogger logger, DateTime end);

    [LoggerMessage(146, LogLevel.Warning, "the clock of node {Address} is {Seconds:0} s ahead of this node's (with a minus: behind): one of the two is wrong")]
    public static partial void ClocksDiffer(ILogger logger, string address, double seconds);

    [LoggerMessage(160, LogLevel.Information, "{Users} users are listed with a session that is not there: they are put right")]
    public static partial void PresenceAudited(ILogger logger, int users);

    [LoggerMessage(170, LogLevel.Warning, "the clock of this machine was set by {Seconds:0} s: this node goes on with the time that it had, and believes the new one when it has lasted for {Minutes:0} min")]
    public static partial void ClockDoubted(ILogger logger, double seconds, double minutes);

    [LoggerMessage(171, LogLevel.Information, "the clock of this machine, which was off by {Seconds:0} s, is taken up again: it was put right, or has lasted")]
    public static partial void ClockBelieved(ILogger logger, double seconds);

    [LoggerMessage(172, LogLevel.Error, "this node ends with work that it could not store: deliveries of {Conversations} conversations and its last word are left to the other nodes or the next start, which find them in the log ({Reason})")]
    public static partial void EndedWithLeftovers(ILogger logger, int conversations, string reason);

    [LoggerMessage(180, LogLevel.Debug, "the journal of users' settings was read for the first time in {Milliseconds:0} ms")]
    public static partial void JournalWarm(ILogger logger, double milliseconds);

    [LoggerMessage(181, LogLevel.Warning, "the journal of users' settings could not be read at the start ({Reason}): settings may have to be asked for again")]
    public static partial void JournalCold(ILogger logger, string reason);

    [LoggerMessage(200, LogLevel.Information, "connection {ConnectionId} from {Address} refused: pages of {Origin} may not connect")]
    public static partial void OriginRefused(ILogger logger, string connectionId, IPAddress? address, string origin);

    [LoggerMessage(220, LogLevel.Information, "a token (JWT) was refused: {Reason}")]
    public static partial void TokenRefused(ILogger logger, string reason);

    [LoggerMessage(221, LogLevel.Warning, "the keys at {Url} could not be fetched ({Reason}): {Consequence}")]
    public static partial void KeysNotFetched(ILogger logger, Uri url, string reason, string consequence);

    [LoggerMessage(222, LogLevel.Information, "user {UserId} was made for a subject of issuer {Issuer}")]
    public static partial void ExternalUserMade(ILogger logger, int userId, string issuer);

    [LoggerMessage(223, LogLevel.Information, "user {UserId} was logged out everywhere")]
    public static partial void LoggedOutEverywhere(ILogger logger, int userId);

    [LoggerMessage(380, LogLevel.Information, "a device of user {UserId} was logged out")]
    public static partial void DeviceLoggedOut(ILogger logger, int userId);

    [LoggerMessage(381, LogLevel.Error, "no files are taken or given by this node: {Reason}")]
    public static partial void FilesOff(ILogger logger, string reason);

    [LoggerMessage(382, LogLevel.Error, "the bytes of file {Id} are not where they should be")]
    public static partial void FileMissing(ILogger logger, string id);
}
