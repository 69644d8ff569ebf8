namespace Chat.Client.Terminal;

/// <summary>Every command, in the order of the help.</summary>
static class CommandTable
{
    /// <summary>A line without a command: text for whom <c>/to</c> named.</summary>
    public static readonly CommandSpec Say = new("say", "TEXT", "send to whom /to named, as a plain line does", 1, 1);

    public static readonly IReadOnlyList<CommandSpec> All =
    [
        new("msg", "WHO TEXT", "send a message to a user", 2, 2) { Aliases = ["m", "chat"], LegacyUsage = "chat:id:msg" },
        new("group", "GROUP TEXT", "send a message to a group", 2, 2) { Aliases = ["g", "groupchat"], LegacyUsage = "groupchat:id:msg" },
        new("to", "[WHO]", "send plain lines to a user or a group (g:1)", 0, 1),
        Say,
        new("send", "FILE", "send a file to whom /to named", 1, 1),
        new("save", "WHO NUMBER [FOLDER]", "get the files of a message; /history shows the numbers", 2, 3),
        new("history", "WHO [COUNT]", "show the newest messages with a user or of a group (g:1)", 1, 2) { Aliases = ["h"] },
        new("list", "[unread|archived]", "list your conversations: unread, last message, draft", 0, 1) { Aliases = ["ls"] },
        new("read", "WHO", "mark everything from a user or a group as read", 1, 1),
        new("reply", "WHO NUMBER TEXT", "answer a message; /history shows the numbers", 3, 3) { Aliases = ["re"] },
        new("edit", "WHO NUMBER TEXT", "give one of your messages another text; /history shows the numbers", 3, 3),
        new("recall", "WHO NUMBER", "take one of your messages back", 2, 2),
        new("react", "WHO NUMBER EMOJI", "react to a message", 3, 3),
        new("unreact", "WHO NUMBER EMOJI", "take that back", 3, 3),
        new("friend", "ID", "add a friend", 1, 1) { Aliases = ["addfriend"], LegacyUsage = "addfriend:id" },
        new("create", "NAME [DESCRIPTION]", "create a group", 1, 2) { Aliases = ["creategroup"], LegacyUsage = "creategroup:name:desc" },
        new("join", "GROUP", "become a member of a group", 1, 1) { Aliases = ["addgroup"], LegacyUsage = "addgroup:id" },
        new("friends", "", "list friends, group members and people who have written", 0, 0) { Aliases = ["who"] },
        new("groups", "", "list your groups", 0, 0),
        new("members", "GROUP", "list the members of one of your groups", 1, 1),
        new("about", "GROUP", "show what a group is, and what you are in it", 1, 1),
        new("add", "GROUP WHO", "make somebody a member of a group", 2, 2),
        new("remove", "GROUP WHO", "take somebody out of a group", 2, 2),
        new("ban", "GROUP WHO", "the same, and not let in again", 2, 2),
        new("unban", "GROUP WHO", "take that back", 2, 2),
        new("admin", "GROUP WHO [off]", "let a member look after a group, or no longer", 2, 3),
        new("leave", "GROUP", "be no member of a group any more", 1, 1),
        new("search", "TEXT", "find messages by their words", 1, 1),
        new("find", "NAME", "find people whose names begin so", 1, 1),
        new("block", "WHO", "take no messages from somebody", 1, 1),
        new("unblock", "WHO", "take that back", 1, 1),
        new("settings", "", "show your settings", 0, 0),
        new("mute", "WHO", "note that a user or a group (g:1) must not disturb", 1, 1),
        new("unmute", "WHO", "take that back", 1, 1),
        new("pin", "WHO [NUMBER]", "pin a message for everybody; without a number, list a user or a group (g:1) first", 1, 2),
        new("unpin", "WHO [NUMBER]", "take that back", 1, 2),
        new("watch", "[WHO, WHO …]", "be told who of them is online and writes; alone, of nobody any more", 0, 1),
        new("typing", "WHO [off]", "tell that you are writing, or are not any more", 1, 2),
        new("away", "[off]", "tell that nobody sits here, or that you are back", 0, 1),
        new("presence", "everyone|contacts|nobody", "choose who sees that you are online", 1, 1),
        new("register", "NAME PASSWORD", "create an account", 2, 2),
        new("login", "[NAME-OR-ID [PASSWORD]]", "log in; the password is asked for when left out, and with --token-command the name too", 0, 2),
        new("logout", "", "log out", 0, 0) { Aliases = ["loginout"], LegacyUsage = "loginout" },
        new("status", "", "show who you are and where you are connected", 0, 0),
        new("wait", "COUNT [SECONDS]", "wait until so many messages have come; each counts for one /wait", 1, 2) { IsForScripts = true },
        new("sleep", "MILLISECONDS", "do nothing for a while", 1, 1) { IsForScripts = true },
        new("help", "", "show this list", 0, 0) { Aliases = ["?"], LegacyUsage = "help" },
        new("quit", "", "leave", 0, 0) { Aliases = ["q", "exit"] },
    ];

    public static CommandSpec? Find(string name) => All.FirstOrDefault(spec => spec.Name == name || spec.Aliases.Contains(name));

    public static CommandSpec? FindLegacy(string name) => All.FirstOrDefault(spec => spec.Legacy == name);
}
