using System.Data.Common;

namespace Chat.Checker.Processes;

/// <summary>An empty database for the nodes of one run.</summary>
interface IRunDatabase : IAsyncDisposable
{
    /// <summary>The settings of a node that uses it.</summary>
    IReadOnlyList<string> Settings { get; }

    /// <summary>The server, if it belongs to the run and may be killed; null if it must not.</summary>
    MariaDbServer? Server { get; }

    /// <summary>A connection beside the nodes'.</summary>
    Task<DbConnection> OpenAsync();
}
