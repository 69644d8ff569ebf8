using System.Net;
using Chat.Checker.Wire;

namespace Chat.Checker.Population;

/// <summary>Users that are connected and say nothing: what they cost is memory. They do not come back when their node dies.</summary>
sealed class Bystanders : IDisposable
{
    const int AtOnce = 32;

    readonly RequestConnection[] _connections;

    Bystanders(int count) => _connections = new RequestConnection[count];

    /// <summary>Registers them, and leaves them connected.</summary>
    public static async Task<Bystanders> LogInAsync(IReadOnlyList<IPEndPoint> nodes, int count)
    {
        var bystanders = new Bystanders(count);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            var connection = bystanders._connections[i] = await RequestConnection.ConnectAsync(nodes[i % nodes.Count]);
            await connection.LogInAsync(await connection.RegisterAsync($"bystander-{i}"));
        });
        return bystanders;
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
            connection.Dispose();
    }
}
