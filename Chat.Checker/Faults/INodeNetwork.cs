namespace Chat.Checker.Faults;

/// <summary>Where the nodes of a run live, and whether they hear each other. Nodes are counted from 1.</summary>
interface INodeNetwork : IAsyncDisposable
{
    /// <summary>Whether links can be cut.</summary>
    bool CanCut { get; }

    /// <summary>The address at which the nodes find the database.</summary>
    string DatabaseAddress { get; }

    string AddressOf(int node);

    /// <summary>The command that puts a node there.</summary>
    IReadOnlyList<string> PrefixOf(int node);

    /// <summary>From now on a node does not hear another one; and, unless it is only deaf, is not heard by it.</summary>
    Task CutAsync(int node, int other, bool isOnlyDeaf);

    /// <summary>Everybody hears everybody again.</summary>
    Task HealAsync(int node);
}
