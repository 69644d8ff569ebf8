using Chat.Node.Hosting;

ProcessScheduling.Apply(args);
return await ChatHost.RunAsync(args);
