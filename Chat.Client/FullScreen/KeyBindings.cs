using Chat.Client.Terminal;

namespace Chat.Client.FullScreen;

/// <summary>What each key does. Pure, but for what it asks <see cref="ChatActions"/> for.</summary>
/// <param name="model">What there is.</param>
/// <param name="view">How it is looked at.</param>
/// <param name="actions">Asks the server.</param>
/// <param name="completion">For the tab key.</param>
/// <param name="submit">Takes a line that was typed.</param>
sealed class KeyBindings(ChatModel model, ScreenView view, ChatActions actions, Completion completion, Action<string> submit)
{
    /// <returns>Whether the user wants to leave.</returns>
    public bool Press(ConsoleKeyInfo key)
    {
        view.Say("");
        var isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        if (isControl && (key.Key == ConsoleKey.C || (key.Key == ConsoleKey.D && view.Input.Text.Length == 0)))
            return true;
        if (isControl ? PressControl(key.Key) : PressPlain(key))
            return false;
        if (view is { Picked: > 0, Mode: InputMode.Line, Input.Text: "" } && !char.IsControl(key.KeyChar) && !isControl)
        {
            ActOnPicked(char.ToLowerInvariant(key.KeyChar));
            return false;
        }

        view.Input.Press(key);
        if (view.Mode is InputMode.Line or InputMode.Reply && model.Selected is { } selected && view.Input.Text is [not '/', ..])
            actions.Type(selected);
        else
            actions.StopTyping();
        return false;
    }

    bool PressControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.N:
                Step(1);
                return true;
            case ConsoleKey.P:
                Step(-1);
                return true;
            case ConsoleKey.B:
                view.ShowsList = !view.ShowsList;
                return true;
            default:
                return false;
        }
    }

    bool PressPlain(ConsoleKeyInfo key)
    {
        var isEmpty = view.Input.Text.Length == 0;
        switch (key.Key)
        {
            case ConsoleKey.Escape:
                Escape();
                return true;
            case ConsoleKey.Enter:
                Enter();
                return true;
            case ConsoleKey.Tab:
                Complete();
                return true;
            case ConsoleKey.PageUp:
                ScrollUp(Math.Max(view.Page - 1, 1));
                return true;
            case ConsoleKey.PageDown:
                view.Unpick();
                view.Scroll(-Math.Max(view.Page - 1, 1));
                return true;
            case ConsoleKey.Home when isEmpty:
                ScrollUp(view.Rows);
                return true;
            case ConsoleKey.End when isEmpty:
                view.Follow();
                return true;
            case ConsoleKey.UpArrow when isEmpty:
                Up();
                return true;
            case ConsoleKey.DownArrow when isEmpty:
                Down();
                return true;
            default:
                return false;
        }
    }

    void ScrollUp(int rows)
    {
        view.Unpick();
        view.Scroll(rows);
        if (view is { Panel: null, IsAtTop: true })
            actions.LoadOlder();
    }

    bool PicksConversations => view.Panel is null && view.Mode == InputMode.Line && (view.ShowsList || model.Selected is null);

    void Up()
    {
        if (view.Panel is not null)
            view.Scroll(1);
        else if (PicksConversations)
            Step(-1, keepsList: true);
        else
            Pick(-1);
    }

    void Down()
    {
        if (view.Panel is not null)
            view.Scroll(-1);
        else if (PicksConversations)
            Step(1, keepsList: true);
        else
            Pick(1);
    }

    void Step(int step, bool keepsList = false)
    {
        if (view.Mode == InputMode.Secret || model.Neighbour(step) is not { } next)
            return;
        var showsList = view.ShowsList;
        actions.Open(next);
        view.ShowsList = keepsList && showsList;
    }

    void Pick(int step)
    {
        if (view.Mode != InputMode.Line || model.Timeline is not { } timeline)
            return;
        var seqs = timeline.Messages.Where(message => message is { System: null, Seq: > 0 }).Select(message => message.Seq).ToList();
        var isFirst = step < 0 && view.Picked > 0 && seqs.Count > 0 && view.Picked == seqs[0];
        view.Pick(seqs, step);
        if (isFirst)
            actions.LoadOlder();
    }

    void ActOnPicked(char letter)
    {
        if (model.Selected is not { } id || model.Timeline?.Find(view.Picked) is not { } message)
            return;
        switch (letter)
        {
            case 'r':
                Ask(InputMode.Reply, $"reply to {(message.IsOwn ? "yourself" : message.SenderName)}");
                break;
            case 'e' when message is { IsOwn: true, Recalled: null }:
                Ask(InputMode.Edit, "edit", message.Text);
                break;
            case 'a' when message.Recalled is null:
                Ask(InputMode.React, "emoji");
                break;
            case 'x' when message.Recalled is null:
                actions.Recall(id, message.Seq);
                view.Unpick();
                break;
            case 'p' when message.Recalled is null:
                actions.Pin(id, message.Seq, !message.IsPinned);
                break;
            default:
                view.Say("r reply, e edit your own, x take back, a react, p pin; Esc picks none");
                break;
        }
    }

    void Ask(InputMode mode, string prompt, string text = "")
    {
        (view.Mode, view.Prompt) = (mode, prompt);
        view.Input.Set(text);
    }

    void Escape()
    {
        if (view.Mode != InputMode.Line)
            Back();
        else if (view.Panel is not null)
            view.ShowPanel(null);
        else if (view.Picked > 0)
            view.Unpick();
        else
            view.Follow();
    }

    /// <summary>To the line for messages.</summary>
    void Back()
    {
        view.Mode = InputMode.Line;
        view.Input.Set("");
        actions.StopTyping();
    }

    void Enter()
    {
        var (mode, picked) = (view.Mode, view.Picked);
        var text = view.Input.Finish(isSecret: mode is not InputMode.Line);
        if (mode is InputMode.Line or InputMode.Secret || model.Selected is not { } id)
        {
            if (text.Trim().Length == 0 && mode == InputMode.Line)
                OpenPicked();
            else
                submit(text);
            return;
        }

        Back();
        view.Unpick();
        if (text.Trim().Length == 0)
            return;
        switch (mode)
        {
            case InputMode.Reply:
                actions.Send(id, text, picked);
                break;
            case InputMode.Edit:
                actions.Edit(id, picked, text);
                break;
            case InputMode.React:
                actions.React(id, picked, text.Trim());
                break;
        }
    }

    void OpenPicked()
    {
        if (view.ShowsList)
            view.ShowsList = false;
        else if (model.Selected is null && model.Neighbour(1) is { } first)
            actions.Open(first);
    }

    void Complete()
    {
        if (view.Mode != InputMode.Line)
            return;
        var offer = completion.Complete(view.Input.Text[..view.Input.Cursor]);
        if (offer.Candidates.Count == 1)
            view.Input.Replace(offer.From, offer.Candidates[0] + " ");
        else if (offer.From + offer.CommonStart.Length > view.Input.Cursor)
            view.Input.Replace(offer.From, offer.CommonStart);
        else
            view.Say(offer.Candidates.Count > 0 ? string.Join("  ", offer.Candidates) : offer.Usage ?? "");
    }
}
