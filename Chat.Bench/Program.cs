using System.CommandLine;
using Chat.Bench;

var root = new RootCommand("Measures ChatActors.") { StorageCommand.Create() };
return await root.Parse(args).InvokeAsync();
