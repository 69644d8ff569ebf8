using Chat.Bench.Commands;

return await BenchCommandLine.Create().Parse(args).InvokeAsync();
