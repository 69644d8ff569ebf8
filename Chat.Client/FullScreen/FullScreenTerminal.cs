using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Chat.Client.FullScreen;

/// <summary>The terminal below the full screen: keys, size, signals. It is restored once, whatever ends the program.</summary>
/// <param name="output">What the terminal shows.</param>
/// <param name="keys">What is typed.</param>
/// <param name="size">Its columns and rows, now.</param>
sealed class FullScreenTerminal(TextWriter output, ChannelReader<ConsoleKeyInfo> keys, Func<(int Width, int Height)> size)
{
    readonly Lock _gate = new();
    bool _isOpen;

    public bool HasColours { get; init; }

    public ChannelReader<ConsoleKeyInfo> Keys => keys;

    /// <summary>At least one cell.</summary>
    public (int Width, int Height) Size
    {
        get
        {
            var (width, height) = size();
            return (Math.Max(width, 1), Math.Max(height, 1));
        }
    }

    /// <summary>The terminal of this program; null: it is none that can be painted on.</summary>
    public static FullScreenTerminal? Find(TextWriter output)
    {
        var kind = Environment.GetEnvironmentVariable("TERM");
        if (!Terminal.Keys.IsTerminal(output) || Console.IsInputRedirected || kind is "dumb" || (kind is null && !OperatingSystem.IsWindows()))
            return null;
        return new(output, Terminal.Keys.Start(), () => (Console.WindowWidth, Console.WindowHeight))
        {
            HasColours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
        };
    }

    /// <summary>Turns to a screen of its own, and listens to signals until the result is disposed.</summary>
    /// <param name="end">The program is to end.</param>
    /// <param name="repaint">The terminal has another size, or the program is back in front.</param>
    public IDisposable Open(Action end, Action repaint)
    {
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        lock (_gate)
            _isOpen = true;
        Write(ScreenWriter.Enter);
        var signals = new List<PosixSignalRegistration>
        {
            Listen(PosixSignal.SIGTERM, end, isHandled: true),
            Listen(PosixSignal.SIGINT, end, isHandled: true),
            Listen(PosixSignal.SIGHUP, end, isHandled: true),
        };
        if (!OperatingSystem.IsWindows())
        {
            signals.Add(Listen(PosixSignal.SIGCONT, repaint, isHandled: false));
            signals.Add(Listen(PosixSignal.SIGWINCH, repaint, isHandled: false));
        }

        return new Signals(signals, () => AppDomain.CurrentDomain.ProcessExit -= OnExit);
    }

    /// <summary>Nothing is painted after the terminal was restored.</summary>
    public void Write(string text)
    {
        lock (_gate)
        {
            if (!_isOpen)
                return;
            try
            {
                output.Write(text);
                output.Flush();
            }
            catch (IOException)
            {
                _isOpen = false; // nobody sees it any more: the signal of that ends the program
            }
        }
    }

    /// <summary>Gives the terminal back as it was.</summary>
    public void Restore()
    {
        Write(ScreenWriter.Leave);
        lock (_gate)
            _isOpen = false;
    }

    /// <summary>A line for whoever has the terminal then.</summary>
    public void Print(string text) => output.WriteLine(Terminal.Printable.Text(text));

    void OnExit(object? sender, EventArgs e) => Restore();

    static PosixSignalRegistration Listen(PosixSignal signal, Action action, bool isHandled) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = isHandled;
        action();
    });

    sealed class Signals(List<PosixSignalRegistration> registrations, Action removed) : IDisposable
    {
        public void Dispose()
        {
            foreach (var registration in registrations)
                registration.Dispose();
            removed();
        }
    }
}
