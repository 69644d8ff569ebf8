using System.Text.RegularExpressions;
using Chat.Node.Contracts;
using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>
/// Rules that a compiler does not know. An exception is named here with its reason; one that is not needed any more
/// fails as well.
/// </summary>
public sealed partial class ArchitectureTests
{
    static readonly Dictionary<string, string> LongFiles = [];

    static readonly Dictionary<string, string> Waiting = new()
    {
        ["Chat.Sdk/Connections/Requester.cs"] = "pause before a refused request is repeated, on the client's TimeProvider",
        ["Chat.Sdk/Watching/Watcher.cs"] = "the same of whom to watch",
        ["Chat.Sdk/Connections/TokenSource.cs"] = "pause before the application is asked for a newer token again, on the client's TimeProvider",
        ["Chat.Sdk/Connections/ConnectionKeeper.cs"] = "back-off between dials, on the client's TimeProvider",
        ["Chat.Ctl/Commands/ErasureCommands.cs"] = "between two looks at how far a user is erased",
        ["Chat.Client/Terminal/ScriptSession.cs"] = "the script command that waits",
        ["Chat.Node/Auth/SessionRevocation.cs"] = "until the second of a logout is over, in which tokens cannot be told apart",
        ["Chat.Node/Cluster/PeerMonitor.cs"] = "between two knocks at the port of a node whose connection has ended",
        ["Chat.Node/Bridge/RedisBridge.cs"] = "between two messages to one legacy client, whose server passes them on as they come",
        ["Chat.Node/Storage/MySql/MySqlDatabase.cs"] = "pause before a statement that was rolled back is repeated",
        ["Chat.Node/Storage/MySql/MySqlMigrations.cs"] = "at the start, until the server can be reached",
        ["Chat.Node/Storage/MySql/MySqlRoute.cs"] = "until those who wait for a connection of a pool that was left have got it",
        ["Chat.Node/Storage/MySql/SchemaTurn.cs"] = "at the start, until another node has changed the schema of a Galera cluster",
        ["Chat.Node/Storage/Sqlite/SqliteMigrations.cs"] = "at the start, until another process has changed the schema",
        ["Chat.Node/Webhooks/OffWorker.cs"] = "a rest behind some transactions, by the clock that it is given",
        ["Chat.Node/Webhooks/OutboxWorker.cs"] = "a rest behind each step of deleting, by the clock that it is given",
    };

    static readonly Dictionary<string, string> ComposedSql = new()
    {
        ["Chat.Ctl/Backups/BackupCheck.cs"] = "tables, and parts that an older schema has not, are constants of the same file",
        ["Chat.Ctl/Backups/BackupSource.cs"] = "the name of a table is one of those constants",
        ["Chat.Node/Storage/MessageLogStore.cs"] = "the condition is one of two constants of the same file",
    };

    [Fact]
    public void The_protocol_stands_on_the_base_library_alone()
    {
        Assert.All(typeof(MessageKind).Assembly.GetReferencedAssemblies(), name => Assert.StartsWith("System.", name.Name, StringComparison.Ordinal));
        Assert.DoesNotMatch("<(PackageReference|ProjectReference|FrameworkReference)", Repository.Read("Chat.Protocol/Chat.Protocol.csproj"));
    }

    [Theory]
    [InlineData("Conversations/ConversationState")]
    [InlineData("Conversations/FanOut")]
    [InlineData("Conversations/RecentPosts")]
    [InlineData("Users/DeliveryLink")]
    [InlineData("Users/OfflineBacklog")]
    [InlineData("Users/LoginAttempts")]
    [InlineData("Contracts/UserSettingsEvents")]
    [InlineData("Users/UserSettingsState")]
    [InlineData("Gateway/TokenBucket")]
    [InlineData("Gateway/SyncPage")]
    [InlineData("Gateway/SyncToken")]
    [InlineData("Delivery/GoBackN")]
    public void A_pure_type_knows_no_actor(string type) =>
        Assert.DoesNotContain("Akka", Repository.Read($"Chat.Node/{type}.cs"), StringComparison.Ordinal);

    [Fact]
    public void Only_storage_and_hosting_touch_the_database() =>
        AssertOnlyIn(@"\b(Dapper|Microsoft\.Data\.Sqlite)\b", "Chat.Node/Storage", "Chat.Node/Hosting", "Chat.Ctl/Backups");

    [Fact]
    public void Only_gateway_web_and_hosting_touch_the_listener() =>
        AssertOnlyIn(@"\bMicrosoft\.AspNetCore\.Connections\b", "Chat.Node/Gateway", "Chat.Node/Web", "Chat.Node/Hosting");

    [Fact]
    public void Only_DeliveryLife_reads_the_lane_from_the_number() =>
        Assert.Equal([], Production().Where(file => SignOfIncarnation().IsMatch(Repository.Read(file))));

    [Theory]
    [InlineData("if (push.Incarnation < 0)", true)]
    [InlineData("link.Incarnation == 0 ? 1 : 2", true)]
    [InlineData("deliver is { Incarnation: 0 }", true)]
    [InlineData("deliver is { Incarnation: < 0 }", true)]
    [InlineData("Math.Sign(incarnation)", true)]
    [InlineData("link.Incarnation != deliver.Incarnation", false)]
    public void A_look_at_the_sign_is_recognised(string source, bool isLook) => Assert.Equal(isLook, SignOfIncarnation().IsMatch(source));

    [Fact]
    public void Every_message_between_nodes_is_sealed()
    {
        var messages = typeof(IClusterMessage).Assembly.GetTypes()
            .Where(type => typeof(IClusterMessage).IsAssignableFrom(type) && !type.IsInterface).ToList();
        Assert.NotEmpty(messages);
        Assert.Equal([], messages.Where(type => !type.IsSealed));
    }

    [Fact]
    public void No_file_is_over_300_lines() =>
        AssertListed(LongFiles, Projects().SelectMany(Repository.Sources).Concat(Repository.WebSources()).Where(file => File.ReadLines(Path.Combine(Repository.Root, file)).Count() > 300));

    [Fact]
    public void Time_comes_from_a_TimeProvider_and_nobody_sleeps() =>
        AssertListed(Waiting, Production().Where(file => ClockOrSleep().IsMatch(Repository.Read(file))));

    [Fact]
    public void No_statement_is_put_together_from_values() =>
        AssertListed(ComposedSql, Production().Where(file => HasComposedSql(Repository.Read(file))));

    [Theory]
    [InlineData("""$"SELECT {x}" """, true)]
    [InlineData("""$@"delete UPDATE {x}" """, true)]
    [InlineData(""""$"""DELETE {x}""" """", true)]
    [InlineData(""" "SELECT $x" """, false)]
    [InlineData("""$"SELECTED {x}" """, false)]
    public void A_composed_statement_is_recognised(string source, bool isComposed) => Assert.Equal(isComposed, HasComposedSql(source));

    static bool HasComposedSql(string source) =>
        InterpolatedString().Matches(source).Any(text => Statement().IsMatch(text.Value));

    static void AssertOnlyIn(string pattern, params string[] folders)
    {
        var users = Production().Where(file => Regex.IsMatch(Repository.Read(file), pattern, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))).ToList();
        Assert.NotEmpty(users);
        Assert.Equal([], users.Where(file => !folders.Any(folder => file.StartsWith($"{folder}/", StringComparison.Ordinal))));
    }

    static void AssertListed(Dictionary<string, string> exceptions, IEnumerable<string> found) =>
        Assert.Equal(exceptions.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));

    static IEnumerable<string> Projects() =>
        Directory.EnumerateDirectories(Repository.Root, "Chat.*").Select(folder => Path.GetFileName(folder)!).Append("samples");

    static IEnumerable<string> Production() => Projects().Where(project => project is not ("Chat.Tests" or "Chat.SystemTests" or "Chat.Bench" or "Chat.Checker")).SelectMany(Repository.Sources);

    [GeneratedRegex(@"\bDateTime(Offset)?\.(UtcNow|Now)\b|\bThread\.Sleep\b|\bTask\.Delay\b", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ClockOrSleep();

    [GeneratedRegex(@"ncarnation(\s*([<>]=?|[!=]=)|\s+is|:)\s*(<|>)?\s*0\b|Math\.(Abs|Sign)\([\w.]*ncarnation", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex SignOfIncarnation();

    [GeneratedRegex("""(\$+"{3}.*?"{3})|((\$@|@\$)"([^"]|"")*")|(\$"(\\.|[^"\\])*")""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex InterpolatedString();

    [GeneratedRegex(@"\b(SELECT|INSERT|UPDATE|DELETE)\b", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Statement();
}
