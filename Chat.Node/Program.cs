using Chat.Node.Hosting;

return await ChatHost.RunAsync(args);
