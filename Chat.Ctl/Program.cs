using System.Text;
using Chat.Ctl;

Console.OutputEncoding = Encoding.UTF8;
return await new CtlProgram(Console.In, Console.Out, Console.Error).RunAsync(args);
