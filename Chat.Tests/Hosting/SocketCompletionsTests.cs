using Chat.Node.Hosting;
using Xunit;

namespace Chat.Tests.Hosting;

public sealed class SocketCompletionsTests
{
    [Theory]
    [InlineData(true, "--Chat:Port=1")]
    [InlineData(true, "--Chat:Storage:Provider=Sqlite")]
    [InlineData(false, "--Chat:Storage:Provider=MySql")]
    [InlineData(false, "--chat:storage:provider=mysql")]
    [InlineData(false, "--Chat:Redis:ConnectionString=127.0.0.1:6379")]
    public void A_node_with_a_driver_that_may_wait_for_its_socket_does_not_handle_events_where_they_arrive(bool areInline, string argument) =>
        Assert.Equal(areInline, SocketCompletions.AreInline(EarlySettings.Read([argument])));
}
