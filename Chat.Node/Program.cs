using System.Runtime.CompilerServices;
using Chat.Node.Hosting;

// Before anything is loaded that can wait: a method is loaded with all that it names, so what comes next has methods of its own.
if (!DescriptorLimit.TryRaise())
    return ChatHost.ExitCannotStart;
Prepare(args);
return await RunAsync(args);

[MethodImpl(MethodImplOptions.NoInlining)]
static void Prepare(string[] args)
{
    LastWords.EndWhateverHappens();
    ProcessScheduling.Apply(args);
    // Whatever the environment says: a driver that waits on the sockets' own thread waits for itself (docs/adr/0006-socket-events-on-the-pool.md).
    Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "0");
}

[MethodImpl(MethodImplOptions.NoInlining)]
static Task<int> RunAsync(string[] args) => ChatHost.RunAsync(args);
