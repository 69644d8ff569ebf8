using Chat.Client.FullScreen;
using Chat.Client.Terminal;
using Chat.Protocol;
using ChatActors.Client;

namespace Chat.Tests.FullScreen;

/// <summary>Alice's screen, without a terminal and without a server.</summary>
sealed class FullScreenScene
{
    public const int Alice = 1;
    public const int Bob = 2;

    public static readonly ConversationId WithBob = ConversationId.Direct(Alice, Bob);
    public static readonly ConversationId Team = ConversationId.Group(7);
    public static readonly DateTimeOffset Now = new(2026, 11, 30, 20, 24, 0, TimeSpan.Zero);

    public FullScreenScene()
    {
        Model = new(new Contacts());
        Model.LogIn(new(Alice, "alice", "", [new(Bob, "bob", true)], [new(7, "team", "", [])], IsTruncated: false));
        (Model.IsConnected, Model.Connection) = (true, "127.0.0.1:6000");
        Layout = new(Model, View, TimeZoneInfo.Utc);
    }

    public ChatModel Model { get; }

    public ScreenView View { get; } = new();

    public ScreenLayout Layout { get; }

    public static ChatMessage Message(ConversationId conversation, long seq, int sender, string text) =>
        new(conversation, seq, sender, sender == Alice ? "alice" : sender == Bob ? "bob" : "carol", text)
        {
            IsOwn = sender == Alice,
            Timestamp = Now.ToUnixTimeMilliseconds() + seq,
        };

    public void Receive(ChatMessage message, bool isSeen = true) => Apply(new MessageReceived(message), isSeen);

    public void Apply(ChatEvent chatEvent, bool isSeen = false) => Model.Apply(chatEvent, isSeen, Now);

    /// <summary>Opens a conversation whose history is these messages.</summary>
    public Timeline Open(ConversationId id, params ChatMessage[] messages)
    {
        var timeline = Model.Open(id);
        timeline.Add(new HistoryPage(messages, HasMore: false));
        foreach (var message in messages)
            Model.Note(message);
        return timeline;
    }

    public Frame Draw(int width = 80, int height = 20) => Layout.Draw(width, height, Now);

    public string Text(int width = 80, int height = 20)
    {
        var frame = Draw(width, height);
        return string.Join('\n', Enumerable.Range(0, height).Select(frame.TextOf));
    }
}
