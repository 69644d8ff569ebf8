using System.Threading.Channels;
using Chat.Client.FullScreen;
using Chat.Client.Terminal;
using Chat.Tests.Client;
using Chat.Tests.Support;

namespace Chat.Tests.FullScreen;

/// <summary>A server that is played, keys from a test, and a terminal that is a text.</summary>
public abstract class FullScreenSessionTest : ClientScenario
{
    readonly Channel<ConsoleKeyInfo> _keys = Channel.CreateUnbounded<ConsoleKeyInfo>();
    readonly WrittenText _written = new();

    /// <summary>What was written to the terminal so far.</summary>
    private protected string Written => _written.Text;

    private protected Task<int> Start(string? name = "alice")
    {
        var options = new TerminalOptions(Server.Options()) { Name = name, Password = name is null ? null : "pw" };
        return RunAsync(new(options, new(_written, _keys.Reader, () => (80, 20)) { HasColours = true }));

        static async Task<int> RunAsync(FullScreenSession session)
        {
            await using (session)
                return await session.RunAsync(CancellationToken.None);
        }
    }

    /// <summary>With the conversation with bob open, in which this was said.</summary>
    private protected async Task<Task<int>> StartWithBobAsync(string said)
    {
        Server.Live.Listed.Add(new(AliceAndBob, 1));
        Server.Post(Bob, AliceAndBob, said);
        var session = Start();
        await SeesAsync(said);
        Press(ConsoleKey.N, ConsoleModifiers.Control);
        await SeesAsync($"bob: {said}");
        return session;
    }

    private protected Task<int> LeaveAsync(Task<int> session)
    {
        Press(ConsoleKey.C, ConsoleModifiers.Control);
        return session.WaitAsync(Eventually.Patience);
    }

    private protected Task SeesAsync(string text) => Eventually.EqualAsync(true, () => Task.FromResult(Plain(_written.Text).Contains(text, StringComparison.Ordinal)));

    /// <summary>Without looks and positions.</summary>
    static string Plain(string text) => System.Text.RegularExpressions.Regex.Replace(text, "\u001b\\[[0-9;?]*[A-Za-z]", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(5));

    private protected void Type(string text)
    {
        foreach (var character in text)
            _keys.Writer.TryWrite(new(character, char.IsAsciiLetterUpper(character) ? (ConsoleKey)character : ConsoleKey.None, shift: false, alt: false, control: false));
    }

    private protected void Press(ConsoleKey key, ConsoleModifiers modifiers = default) => _keys.Writer.TryWrite(new(
        key switch { ConsoleKey.Enter => '\r', ConsoleKey.Escape => '\u001b', _ => '\0' }, key,
        modifiers.HasFlag(ConsoleModifiers.Shift), modifiers.HasFlag(ConsoleModifiers.Alt), modifiers.HasFlag(ConsoleModifiers.Control)));

    /// <summary>What was written to the terminal so far.</summary>
    sealed class WrittenText : StringWriter
    {
        readonly Lock _gate = new();

        public string Text
        {
            get
            {
                lock (_gate)
                    return ToString();
            }
        }

        public override void Write(string? value)
        {
            lock (_gate)
                base.Write(value);
        }

        public override void WriteLine(string? value) => Write($"{value}\n");
    }
}
