using Chat.Node.Hosting;

LastWords.EndWhateverHappens();
ProcessScheduling.Apply(args);
// Whatever the environment says: a driver that waits on the sockets' own thread waits for itself (docs/adr, "Sockets' events").
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "0");
return await ChatHost.RunAsync(args);
