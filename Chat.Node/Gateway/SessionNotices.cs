using Chat.Node.Contracts;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>News that is neither confirmed nor kept. Without a state of its own, as <see cref="SessionAccounts"/>.</summary>
static class SessionNotices
{
    public static void OnSettingsChanged(SessionCore core, UserSettingsChanged changed)
    {
        if (core is { IsModern: true, User: not null, IsFromUser: true, Life: not SessionLife.Finishing })
            core.Send(SettingsFrames.Changed(changed.Settings, core.Services.Limits.MaxFrameBytes, core.Protocol));
    }

    /// <summary>It may come late, when somebody else is logged in here; and who has done it knows.</summary>
    public static void OnNotice(SessionCore core, SessionNotice notice)
    {
        if (core.User?.Id == notice.UserId && core.Id != notice.Except && core.Life == SessionLife.Open)
            core.Send(notice.Frame);
    }
}
