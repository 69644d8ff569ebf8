using Chat.Node.Hosting;

var settings = EarlySettings.Read(args);
SocketCompletions.Apply(settings);
ProcessScheduling.Apply(settings);
return await ChatHost.RunAsync(args);
