using Chat.Node.Gateway;
using Microsoft.AspNetCore.Connections;
using Xunit;

namespace Chat.Tests.Gateway;

public sealed class ConnectionGateTests
{
    [Fact]
    public void So_many_connections_are_let_in_and_one_that_leaves_makes_room()
    {
        var limit = new ConnectionLimit(2);
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => limit.TryEnter()));
        Assert.Equal(2, limit.Count);
        limit.Leave(new DefaultConnectionContext());
        Assert.True(limit.TryEnter());
        Assert.False(limit.TryEnter());
    }

    [Fact]
    public async Task Who_asks_nothing_gives_way_and_who_is_being_answered_stays()
    {
        var gate = new QuestionGate(2, TimeProvider.System);
        var connections = Enumerable.Range(0, 4).Select(_ => new Recorded()).ToList();
        foreach (var connection in connections)
        {
            Assert.True(await gate.EnterAsync(CancellationToken.None));
            gate.Opened(connection);
            if (connection == connections[0])
                connection.Features.Get<QuestionPlace>()!.Begin();
        }

        Assert.Equal([false, true, true, false], connections.Select(connection => connection.IsAborted));
        connections.ForEach(gate.Leave);
        Assert.Equal(0, gate.Count);
        await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_connection_leaves_once_and_when_its_socket_is_closed()
    {
        var limit = new ConnectionLimit(1);
        Assert.True(limit.TryEnter());
        var inner = new Recorded();
        var connection = new GatedConnection(inner, limit);
        connection.Abort();
        Assert.Equal((true, 1), (inner.IsAborted, limit.Count));
        await connection.DisposeAsync();
        await connection.DisposeAsync();
        Assert.Equal(0, limit.Count);
    }

    sealed class Recorded : DefaultConnectionContext
    {
        public bool IsAborted { get; private set; }

        public override void Abort() => IsAborted = true;

        public override void Abort(ConnectionAbortedException abortReason) => IsAborted = true;
    }
}
