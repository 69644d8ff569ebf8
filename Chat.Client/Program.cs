using System.Text;
using Chat.Client.Terminal;

// The protocol is UTF-8, whatever the terminal was set to.
Console.InputEncoding = Console.OutputEncoding = Encoding.UTF8;
return await new CommandLineProgram(Console.In, Console.Out, Console.Error).RunAsync(args);
