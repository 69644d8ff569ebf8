using System.Reflection;
using Chat.Node.Contracts;
using Chat.Protocol;
using NetArchTest.Rules;
using Xunit;

namespace Chat.Tests.Architecture;

/// <summary>Who may use what, by the references in the compiled code.</summary>
public sealed class LayerTests
{
    static readonly Assembly Node = typeof(IClusterMessage).Assembly;
    static readonly Assembly Protocol = typeof(RequestReader).Assembly;

    /// <summary>The compiled code is read once for all rules.</summary>
    static readonly Lazy<Types> NodeTypes = new(() => Types.InAssembly(Node));

    /// <summary>Rules without actors around them: they are tested, and reasoned about, alone.</summary>
    static readonly string[] PureTypes =
    [
        "Chat.Node.Conversations.ConversationState", "Chat.Node.Conversations.FanOut", "Chat.Node.Delivery.FanOutWatermarks",
        "Chat.Node.Conversations.RecentPosts", "Chat.Node.Contracts.AcceptedMessage", "Chat.Node.Delivery.GoBackN",
        "Chat.Node.Users.DeliveryLink", "Chat.Node.Users.OfflineBacklog`1", "Chat.Node.Users.LoginAttempts", "Chat.Node.Users.UserSettingsState",
        "Chat.Node.Gateway.TokenBucket", "Chat.Node.Gateway.SyncPage", "Chat.Node.Gateway.SyncToken", "Chat.Node.Gateway.Outbox",
        "Chat.Node.Gateway.AddressLimiter", "Chat.Node.Gateway.ProxyHeader",
    ];

    [Fact]
    public void The_protocol_references_nothing_but_the_runtime() =>
        Assert.DoesNotContain(Protocol.GetReferencedAssemblies(), reference => !reference.Name!.StartsWith("System", StringComparison.Ordinal));

    [Fact]
    public void States_and_pure_types_do_not_use_actors()
    {
        Assert.DoesNotContain(PureTypes, name => Node.GetType(name) is null);
        Assert.DoesNotContain(UsersOf("Akka"), name => PureTypes.Contains(name) || name.EndsWith("State", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Dapper")]
    [InlineData("Microsoft.Data.Sqlite")]
    [InlineData("SQLitePCL")]
    [InlineData("DbUp")]
    [InlineData("MySqlConnector")]
    public void Only_storage_speaks_to_a_database(string library) =>
        Assert.DoesNotContain(UsersOf(library), name => !IsIn(name, "Storage", "Settings", "Hosting"));

    [Theory]
    [InlineData("Sqlite", "Microsoft.Data.Sqlite", "SQLitePCL")]
    [InlineData("MySql", "MySqlConnector")]
    public void Only_its_own_folder_knows_a_driver(string folder, params string[] libraries) =>
        Assert.DoesNotContain(UsersOf(libraries), name => !IsIn(name, $"Storage.{folder}", "Settings", "Hosting"));

    [Fact]
    public void Only_the_gateway_and_the_host_know_connections() =>
        Assert.DoesNotContain(UsersOf("Microsoft.AspNetCore.Connections"), name => !IsIn(name, "Gateway", "Hosting", "Web"));

    [Fact]
    public void Only_the_host_and_what_it_serves_know_the_web_server() =>
        Assert.DoesNotContain(UsersOf("Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server"), name => !IsIn(name, "Hosting", "Web", "Api") && name != "Program");

    [Fact]
    public void Conversations_users_and_storage_do_not_know_the_gateway() =>
        Assert.DoesNotContain(UsersOf("Chat.Node.Gateway"), name => IsIn(name, "Conversations", "Users", "Storage", "Serialization", "Delivery", "Cluster"));

    [Fact]
    public void Storage_knows_neither_users_nor_conversations() =>
        Assert.DoesNotContain(UsersOf("Chat.Node.Users", "Chat.Node.Conversations"), name => IsIn(name, "Storage"));

    [Fact]
    public void Every_cluster_message_is_sealed()
    {
        var messages = Node.GetTypes().Where(type => type.IsClass && typeof(IClusterMessage).IsAssignableFrom(type)).ToList();
        Assert.NotEmpty(messages);
        Assert.DoesNotContain(messages, type => !type.IsSealed);
    }

    [Fact]
    public void Nothing_of_the_node_is_public() =>
        Assert.DoesNotContain(Node.GetExportedTypes(), type => type.Namespace?.StartsWith("Chat.", StringComparison.Ordinal) == true);

    [Fact]
    public void A_rule_finds_what_it_looks_for()
    {
        // Else the rules above would pass for want of eyes: in closures, in nested types, in interfaces.
        Assert.Contains("Chat.Node.Storage.Accounts", UsersOf("Dapper"));
        Assert.Contains("Chat.Node.Storage.Sqlite.SqliteDialect", UsersOf("Microsoft.Data.Sqlite"));
        Assert.Contains("Chat.Node.Gateway.PostLink", UsersOf("Akka"));
        Assert.Contains("Chat.Node.Gateway.ChatConnectionHandler", UsersOf("Microsoft.AspNetCore.Connections"));
    }

    /// <summary>The outermost types that use one of the libraries, themselves or in something nested or generated.</summary>
    static HashSet<string> UsersOf(params string[] libraries) =>
    [
        .. NodeTypes.Value.That().HaveDependencyOnAny(libraries).GetTypes()
            .Select(type => type.FullName!.Split('+', '/')[0])
            .Where(name => name.StartsWith("Chat.Node.", StringComparison.Ordinal)),
    ];

    static bool IsIn(string typeName, params string[] folders) =>
        folders.Any(folder => typeName.StartsWith($"Chat.Node.{folder}.", StringComparison.Ordinal));
}
