using Chat.Node.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class SocketCompletionsTests
{
    const string Database = "--Chat:Storage:ConnectionString=Server=here;Database=chat";

    [Theory]
    [InlineData(true, "--Chat:Port=1")]
    [InlineData(true, "--Chat:Storage:Provider=Sqlite")]
    [InlineData(false, "--Chat:Storage:Provider=MySql", Database)]
    [InlineData(false, "--chat:storage:provider=mysql", Database)]
    [InlineData(false, "--Chat:Redis:ConnectionString=127.0.0.1:6379")]
    public void A_node_with_a_driver_that_may_wait_for_its_socket_does_not_handle_events_where_they_arrive(bool areInline, params string[] arguments) =>
        Assert.Equal(areInline, SocketCompletions.AreInline(ChatSettings.Read(new ConfigurationBuilder().AddCommandLine(arguments).Build())));
}
