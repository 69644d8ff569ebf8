using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Storage.MySql;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class MySqlServersTests
{
    static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Fact]
    public void A_list_of_servers_is_taken_apart_in_its_order()
    {
        var apart = MySqlOptions.Apart(MySqlOptions.Complete("Server=a, b,c;Port=3307;Database=chat;User ID=me;Password='x;y';Load Balance=FailOver"));
        Assert.Equal(["a", "b", "c"], apart.Select(server => server.Server));
        Assert.All(apart, server =>
        {
            var one = new MySqlConnector.MySqlConnectionStringBuilder(server.ConnectionString);
            Assert.Equal((server.Server, 3307u, "chat", "x;y"), (one.Server, one.Port, one.Database, one.Password));
        });
        Assert.True(new MySqlServers("Server=a,b;Database=chat").AreSeveral);
        Assert.False(new MySqlServers("Server=a;Database=chat").AreSeveral);
        Assert.Equal("a", new MySqlServers("Server=a,b;Database=chat").Current.Name);
    }

    [Theory]
    [InlineData("Server=a,,b;Database=chat", "empty name")]
    [InlineData("Server=a,b,A;Database=chat", "names the server a twice")]
    [InlineData("Server=a,b;Load Balance=RoundRobin;Database=chat", "FailOver, or nothing, is expected")]
    [InlineData("Server=a;Database=chat;Maximum Pool Size=0", "at least 1 is expected")]
    [InlineData("Server=a;Database=chat;Minimum Pool Size=17", "more than Maximum Pool Size=16")]
    [InlineData("Server=a;Database=chat;Port=70000", "Port=70000")]
    [InlineData("Server=a;Database=chat;Port=0", "Port=0")]
    public void What_cannot_be_followed_is_refused_by_the_settings_name(string connectionString, string reason)
    {
        var message = Assert.Throws<SettingsException>(() => MySqlOptions.Complete(connectionString)).Message;
        Assert.StartsWith("Chat:Storage:ConnectionString ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_is_not_printed() =>
        Assert.Equal("a", new MySqlServers("Server=a;Database=chat;Password=secret").Current.ToString());

    [Theory]
    [InlineData("read_only=OFF", true)]
    [InlineData("read_only=ON", false)]
    [InlineData("read_only=OFF wsrep_on=OFF wsrep_ready=OFF", true)]
    [InlineData("read_only=OFF wsrep_on=ON wsrep_ready=ON", true)]
    [InlineData("read_only=OFF wsrep_on=ON wsrep_ready=OFF", false)]
    [InlineData("read_only=OFF wsrep_on=ON", false)]
    public void A_server_is_worked_on_if_it_takes_writes(string shown, bool isGood) => Assert.Equal(isGood, ServerProbe.Trouble(Shown(shown)) is null);

    [Theory]
    [InlineData("", false, null)]
    [InlineData("read_only=OFF Slaves_connected=0 Slaves_running=0", false, null)]
    [InlineData("wsrep_on=ON", true, null)]
    [InlineData("read_only=ON", false, "it is a replica, or read-only")]
    [InlineData("Slaves_running=1", false, "it is a replica, or read-only")]
    [InlineData("Slaves_connected=2", false, "2 replicas follow it")]
    [InlineData("wsrep_on=OFF", true, "Server= names several servers")]
    [InlineData("rpl_semi_sync_master_enabled=ON rpl_semi_sync_master_wait_point=AFTER_COMMIT Rpl_semi_sync_master_status=ON", true, "is not AFTER_SYNC")]
    [InlineData("rpl_semi_sync_master_enabled=ON rpl_semi_sync_master_wait_point=AFTER_SYNC Rpl_semi_sync_master_status=OFF Slaves_connected=1", true, "has given that up")]
    [InlineData("rpl_semi_sync_master_enabled=ON rpl_semi_sync_master_wait_point=AFTER_SYNC Rpl_semi_sync_master_status=ON Slaves_connected=1", true, null)]
    [InlineData("rpl_semi_sync_source_enabled=ON rpl_semi_sync_source_wait_point=AFTER_SYNC Rpl_semi_sync_source_status=ON", true, null)]
    public void What_a_server_tells_of_its_replicas_is_judged(string shown, bool areSeveral, string? risk)
    {
        var found = Replication.Risk(Shown(shown), areSeveral);
        if (risk is null)
            Assert.Null(found);
        else
            Assert.Contains(risk, found, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_given_up_does_not_begin()
    {
        var effect = new Effect(System.Diagnostics.Stopwatch.GetTimestamp(), Long);
        effect.GiveUp();
        Assert.Throws<StorageException>(effect.Begin);
        Assert.False(effect.IsPossible);
    }

    [Fact]
    public void What_has_begun_may_have_been_done()
    {
        var effect = new Effect(System.Diagnostics.Stopwatch.GetTimestamp(), Long);
        Assert.False(effect.IsPossible);
        effect.Begin();
        effect.Begin(); // it is repeated after a deadlock
        effect.GiveUp();
        Assert.True(effect.IsPossible);
        Assert.Throws<StorageException>(new Effect(System.Diagnostics.Stopwatch.GetTimestamp(), TimeSpan.Zero).Begin);
    }

    static Dictionary<string, string> Shown(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(each => each.Split('=')).ToDictionary(each => each[0], each => each[1], StringComparer.OrdinalIgnoreCase);
}
