using Chat.Node.Hosting;

// A socket's event is handled where it arrives: what follows only parses and tells an actor. Read once, before the first
// socket; there is no other switch for it.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
ProcessScheduling.PreferThroughput();
return await ChatHost.RunAsync(args);
