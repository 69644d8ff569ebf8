using System.Data.Common;

namespace Chat.Checker.Processes;

/// <summary>An empty database for the nodes of one run.</summary>
interface IRunDatabase : IAsyncDisposable
{
    /// <summary>The settings of a node that uses it.</summary>
    IReadOnlyList<string> Settings { get; }

    /// <summary>The server, if it belongs to the run and may be killed; null if it must not.</summary>
    MariaDbServer? Server { get; }

    /// <summary>The cluster, if there is one that belongs to the run, whose members may be killed.</summary>
    GaleraCluster? Cluster => null;

    /// <summary>What is wrong with the database itself, at the end; null if nothing is.</summary>
    Task<string?> ProblemAsync() => Task.FromResult<string?>(null);

    /// <summary>A connection beside the nodes'.</summary>
    Task<DbConnection> OpenAsync();
}
