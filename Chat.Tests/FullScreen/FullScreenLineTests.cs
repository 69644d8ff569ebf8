using Chat.Protocol;
using Chat.Tests.Support;
using Xunit;

namespace Chat.Tests.FullScreen;

/// <summary>What is typed on the full screen, and to whom it goes.</summary>
public sealed class FullScreenLineTests : FullScreenSessionTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Others_see_that_one_writes_until_the_line_is_sent_or_wiped_out(bool isSent)
    {
        var session = await StartWithBobAsync("hello alice");
        Type("hi");
        if (isSent)
            Press(ConsoleKey.Enter);
        else
        {
            Press(ConsoleKey.Backspace);
            Press(ConsoleKey.Backspace);
        }

        await Eventually.EqualAsync("True, False", () => Task.FromResult<string?>(Typed()));
        Assert.Equal(isSent ? 1 : 0, Server.Requests.Items.Count(request => request is SendMessageRequest));
        await LeaveAsync(session);

        string Typed() => string.Join(", ", Server.Requests.Items.OfType<TypingRequest>().Select(typing => typing.IsOn));
    }

    [Fact]
    public async Task A_line_for_nobody_stays_and_a_message_to_somebody_opens_the_conversation()
    {
        var session = Start();
        await SeesAsync("logged in as alice");
        Type("hello");
        Press(ConsoleKey.Enter);
        await SeesAsync("to whom?");
        Press(ConsoleKey.Home);
        Type("/msg 2 ");
        Press(ConsoleKey.Enter);
        await SeesAsync("you: hello ✓");
        Type("and again");
        Press(ConsoleKey.Enter);
        await SeesAsync("you: and again ✓");

        Assert.Equal(["hello", "and again"], Server.Store.Log(AliceAndBob).Select(message => message.Text));
        await LeaveAsync(session);
    }

    [Fact]
    public async Task What_is_typed_behind_a_choice_goes_to_who_was_chosen_or_to_nobody()
    {
        Server.Live.Listed.Add(new(AliceAndBob, 0));
        var session = Start();
        await SeesAsync("logged in as alice");
        Type("/to 2");
        Press(ConsoleKey.Enter);
        Type("for bob");
        Press(ConsoleKey.Enter);
        await SeesAsync("you: for bob ✓");

        Type("/to nobody-of-that-name");
        Press(ConsoleKey.Enter);
        Type("for nobody");
        Press(ConsoleKey.Enter);
        await SeesAsync("what was typed behind it was not taken");

        Assert.Equal(["for bob"], Server.Store.Log(AliceAndBob).Select(message => message.Text));
        await LeaveAsync(session);
    }

    [Fact]
    public async Task Commands_work_as_without_the_full_screen()
    {
        var session = Start();
        await SeesAsync("logged in as alice");
        Type("/help");
        Press(ConsoleKey.Enter);
        await SeesAsync("send a message to a user");
        Press(ConsoleKey.Escape);
        Type("/nonsense");
        Press(ConsoleKey.Enter);
        await SeesAsync("there is no /nonsense");
        Type("/to 2");
        Press(ConsoleKey.Enter);
        await SeesAsync("nothing was said here yet");
        Type("/quit");
        Press(ConsoleKey.Enter);

        Assert.Equal(0, await session.WaitAsync(Eventually.Patience));
    }

    [Fact]
    public async Task The_password_is_asked_for_and_never_written()
    {
        var session = Start(name: null);
        await SeesAsync("/login NAME");
        Type("/login alice");
        Press(ConsoleKey.Enter);
        await SeesAsync("password of alice");
        Type("pw");
        Press(ConsoleKey.Enter);
        await SeesAsync("logged in as alice");

        Assert.DoesNotContain("pw", Written, StringComparison.Ordinal);
        await LeaveAsync(session);
    }
}
