using System.Diagnostics;
using System.Globalization;
using Chat.Checker.Processes;

namespace Chat.Checker.Faults;

/// <summary>
/// A network namespace for each node, all on one bridge of this machine: each node has an address of its own, and a link is cut by
/// iptables inside a namespace. Names carry the process id of the run: what a killed run has left is removed by the next one.
/// </summary>
sealed class NamespaceNetwork : INodeNetwork
{
    const string NamePrefix = "chat-chaos-";
    const string BridgePrefix = "chb";

    readonly int _nodes;
    readonly string _subnet;

    NamespaceNetwork(int nodes, string subnet) => (_nodes, _subnet) = (nodes, subnet);

    public bool CanCut => true;

    public string DatabaseAddress => $"{_subnet}.254";

    static string Bridge => $"{BridgePrefix}{Environment.ProcessId}";

    public static async Task<NamespaceNetwork> CreateAsync(int nodes)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new InvalidOperationException("cutting links between nodes needs network namespaces, and those need root: run this as root (sudo)");
        foreach (var program in (string[])["ip", "iptables"])
        {
            if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program))))
                throw new InvalidOperationException($"{program} is not installed: install the packages iproute2 and iptables (test.sh does)");
        }

        await RemoveLeftoversAsync();
        var network = new NamespaceNetwork(nodes, await FreeSubnetAsync());
        try
        {
            await network.BuildAsync();
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => network.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return network;
    }

    public string AddressOf(int node) => $"{_subnet}.{node}";

    public IReadOnlyList<string> PrefixOf(int node) => ["ip", "netns", "exec", NameOf(node)];

    public async Task CutAsync(int node, int other, bool isOnlyDeaf)
    {
        await InsideAsync(node, "iptables", "-w", "-I", "INPUT", "-s", AddressOf(other), "-j", "DROP");
        if (!isOnlyDeaf)
            await InsideAsync(node, "iptables", "-w", "-I", "OUTPUT", "-d", AddressOf(other), "-j", "DROP");
    }

    public Task HealAsync(int node) => InsideAsync(node, "iptables", "-w", "-F");

    public async ValueTask DisposeAsync()
    {
        for (var node = 1; node <= _nodes; node++)
            await RemoveNamespaceAsync(NameOf(node));
        await RemoveBridgeAsync(Bridge);
    }

    static string NameOf(int node) => $"{NamePrefix}{Environment.ProcessId}-{node}";

    static Task<string> InsideAsync(int node, params string[] command) => Command.RunAsync("ip", ["netns", "exec", NameOf(node), .. command]);

    async Task BuildAsync()
    {
        await Command.RunAsync("ip", "link", "add", Bridge, "type", "bridge");
        await Command.RunAsync("ip", "addr", "add", $"{_subnet}.254/24", "dev", Bridge);
        await Command.RunAsync("ip", "link", "set", Bridge, "up");
        for (var node = 1; node <= _nodes; node++)
        {
            var (name, outside) = (NameOf(node), $"chv{Environment.ProcessId}n{node}");
            await Command.RunAsync("ip", "netns", "add", name);
            await Command.RunAsync("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name);
            await Command.RunAsync("ip", "link", "set", outside, "master", Bridge, "up");
            await InsideAsync(node, "ip", "addr", "add", $"{AddressOf(node)}/24", "dev", "eth0");
            await InsideAsync(node, "ip", "link", "set", "eth0", "up");
            await InsideAsync(node, "ip", "link", "set", "lo", "up");
        }
    }

    /// <summary>A part of 10.64.0.0/10 that no other interface of this machine is in.</summary>
    static async Task<string> FreeSubnetAsync()
    {
        var taken = await Command.RunAsync("ip", "-4", "-o", "addr") + await Command.RunAsync("ip", "-4", "route");
        for (var i = 0; i < 64; i++)
        {
            var at = Environment.ProcessId + i * 257;
            var subnet = $"10.{64 + at / 256 % 64}.{at % 256}";
            if (!taken.Contains($" {subnet}.", StringComparison.Ordinal) && !taken.Contains($"\n{subnet}.", StringComparison.Ordinal))
                return subnet;
        }

        throw new InvalidOperationException("no part of 10.64.0.0/10 is free");
    }

    static async Task RemoveLeftoversAsync()
    {
        var names = (await Command.RunAsync("ip", "netns", "list")).Split('\n').Select(line => line.Split(' ')[0]).ToList();
        foreach (var name in names.Where(name => name.StartsWith(NamePrefix, StringComparison.Ordinal)))
        {
            if (IsLeftover(name[NamePrefix.Length..].Split('-')[0]))
                await RemoveNamespaceAsync(name);
        }

        foreach (var line in (await Command.RunAsync("ip", "-o", "link", "show", "type", "bridge")).Split('\n'))
        {
            if (line.Split(": ") is [_, var bridge, ..] && bridge.StartsWith(BridgePrefix, StringComparison.Ordinal) && IsLeftover(bridge[BridgePrefix.Length..]))
                await RemoveBridgeAsync(bridge);
        }
    }

    /// <summary>Of a process that is gone, or of this one, which has just begun.</summary>
    static bool IsLeftover(string processId) =>
        int.TryParse(processId, CultureInfo.InvariantCulture, out var id) && (id == Environment.ProcessId || !File.Exists($"/proc/{id}/stat"));

    static async Task RemoveNamespaceAsync(string name)
    {
        if (!File.Exists($"/run/netns/{name}"))
            return;
        foreach (var id in (await Command.RunAsync("ip", "netns", "pids", name)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var kill = Process.Start("kill", ["-KILL", id]);
            await kill.WaitForExitAsync();
        }

        await Command.RunAsync("ip", "netns", "delete", name); // takes its end of the cable, and so both, with it
    }

    static async Task RemoveBridgeAsync(string bridge)
    {
        if (Directory.Exists($"/sys/class/net/{bridge}"))
            await Command.RunAsync("ip", "link", "delete", bridge);
    }
}
