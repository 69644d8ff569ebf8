using Chat.Node.Hosting;

LastWords.EndWhateverHappens();
ProcessScheduling.Apply(args);
// Whatever the environment says: a driver that waits on the sockets' own thread waits for itself (docs/adr/0006-socket-events-on-the-pool.md).
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "0");
return await ChatHost.RunAsync(args);
