using Chat.Checker.Checking;
using Chat.Protocol;

namespace Chat.Tests.Checker;

/// <summary>
/// Observations made by hand: alice (1) and old carol (3, legacy) write to bob (2) and to the group of all three; everything goes
/// well until a test changes it.
/// </summary>
sealed class Story
{
    public const int Alice = 1;
    public const int Bob = 2;
    public const int Carol = 3;

    public static readonly ConversationId Direct = ConversationId.Direct(Alice, Bob);
    public static readonly ConversationId Group = ConversationId.Group(7);

    public Story()
    {
        Seen.Members[Direct] = [Alice, Bob];
        Seen.Members[Group] = [Alice, Bob, Carol];
        ToAlice = Connect(Alice, isModern: true);
        ToBob = Connect(Bob, isModern: true);
        ToCarol = Connect(Carol, isModern: false);
    }

    public Observations Seen { get; } = new();

    public ConnectionLog ToAlice { get; }

    public ConnectionLog ToBob { get; }

    public ConnectionLog ToCarol { get; }

    /// <summary>Three messages to bob and three to the group, all of them as they should be.</summary>
    public static Story ThatGoesWell()
    {
        var story = new Story();
        for (var i = 0; i < 3; i++)
        {
            story.ToBob.Pushes.Add(story.Sighting(story.Accept(Direct, Alice)));
            var inGroup = story.Accept(Group, Alice);
            story.ToBob.Pushes.Add(story.Sighting(inGroup));
            story.ToCarol.Pushes.Add(story.Sighting(inGroup) with { Seq = 0 });
        }

        foreach (var conversation in (ConversationId[])[Direct, Group])
        {
            story.Seen.Histories.Add(new HistoryRead(
                Bob, conversation, [.. story.Seen.Log.Where(row => row.Conversation == conversation).Select(row => story.Sighting(row.Number))]));
        }

        return story;
    }

    public ConnectionLog Connect(int user, bool isModern)
    {
        var connection = new ConnectionLog(user, device: user, isModern);
        Seen.Connections.Add(connection);
        return connection;
    }

    public int Send(ConversationId conversation, int sender)
    {
        Seen.Sent.Add(new MadeMessage(Seen.Sent.Count, conversation, sender, Device: sender));
        return Seen.Sent.Count - 1;
    }

    /// <summary>Sends, logs and acknowledges.</summary>
    public int Accept(ConversationId conversation, int sender)
    {
        var number = Send(conversation, sender);
        var row = Log(number);
        Seen.Acknowledgements.Add(new Acknowledgement(number, conversation, row.Seq, row.Ts));
        return number;
    }

    /// <summary>Behind what the conversation has.</summary>
    public LoggedMessage Log(int number)
    {
        var sent = Seen.Sent[number];
        var row = new LoggedMessage(sent.Conversation, Seen.Log.Count(row => row.Conversation == sent.Conversation) + 1, number, sent.Sender, 1000 + number);
        Seen.Log.Add(row);
        return row;
    }

    /// <summary>A message as it is pushed; at 10 ms for the first, 20 for the next.</summary>
    public Sighting Sighting(int number)
    {
        var row = Seen.Log.First(row => row.Number == number);
        return new Sighting(row.Conversation, row.Seq, number, row.Sender, 10 * (number + 1));
    }
}
