using System.Threading.Channels;

namespace Chat.Client.Terminal;

/// <summary>The keyboard of the terminal.</summary>
static class Keys
{
    /// <summary>Whether what is written here is seen in a terminal.</summary>
    public static bool IsTerminal(TextWriter output) => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>Every key from now on, Ctrl-C too.</summary>
    public static ChannelReader<ConsoleKeyInfo> Start()
    {
        var keys = Channel.CreateUnbounded<ConsoleKeyInfo>();
        Console.TreatControlCAsInput = true;
        // A key can only be waited for by a thread, which must not keep the program from ending.
        new Thread(() => Read(keys.Writer)) { IsBackground = true, Name = "keys" }.Start();
        return keys.Reader;
    }

    static void Read(ChannelWriter<ConsoleKeyInfo> keys)
    {
        try
        {
            while (keys.TryWrite(Console.ReadKey(intercept: true)))
            {
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            keys.TryComplete(); // the terminal is gone
        }
    }
}
