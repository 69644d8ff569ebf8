using System.Text.Json;
using Xunit;

namespace Chat.SystemTests.EndToEnd;

/// <summary>A user with one connection at a time, of either kind, who remembers what has come over all of them.</summary>
sealed class Recipient
{
    readonly bool _isModern;
    readonly HashSet<(string, long)> _seenHere = [];
    ModernTestClient? _modern;

    Recipient(bool isModern, string name) => (_isModern, Name) = (isModern, name);

    public int Id { get; private set; }

    public string Name { get; }

    public LegacyTestClient? Legacy { get; private set; }

    public List<string> Texts { get; } = [];

    /// <summary>A new user, logged in.</summary>
    public static async Task<Recipient> RegisterAsync(NodeProcess node, bool isModern, string name = "bob")
    {
        var recipient = new Recipient(isModern, name);
        await using (var client = await node.ConnectAsync())
            recipient.Id = (int)(await client.RequestAsync(new { msgid = 4, name, password = "secret" })).Number("id");
        await recipient.LogInAsync(node);
        return recipient;
    }

    public async Task LogInAsync(NodeProcess node)
    {
        _seenHere.Clear();
        if (_isModern)
        {
            _modern = await node.LogInAsync(Name);
            return;
        }

        Legacy = await node.ConnectLegacyAsync();
        var ack = await Legacy.LogInAsync(Id);
        Assert.Equal((2L, 0L), (ack.Number("msgid"), ack.Number("errno")));
        if (ack.Has("offlinemsg"))
            Texts.AddRange(ack.GetProperty("offlinemsg").EnumerateArray().Select(text => JsonDocument.Parse(text.GetString()!).RootElement.Text("msg")));
    }

    /// <summary>A login that the node is not going to survive.</summary>
    public async Task StartLogInAsync(NodeProcess node)
    {
        if (_isModern)
        {
            _modern = await node.ConnectAsync();
            await _modern.SendAsync($$"""{"msgid":1,"name":"{{Name}}","password":"secret"}""");
        }
        else
        {
            Legacy = await node.ConnectLegacyAsync();
            await Legacy.SendAsync($$"""{"id":{{Id}},"msgid":1,"password":"secret"}""");
        }
    }

    public async Task HasReceivedAsync(string text)
    {
        while (!Texts.Contains(text))
            Note(_isModern ? await _modern!.NextAsync() : await Legacy!.NextAsync());
    }

    /// <summary>The texts that have come since.</summary>
    public async Task<List<string>> TakeAllAsync()
    {
        var before = Texts.Count;
        if (_isModern)
        {
            await _modern!.FenceAsync();
            _modern.TakeAll().ForEach(Note);
        }
        else
        {
            (await Legacy!.FenceAsync()).ForEach(Note);
        }

        return Texts[before..];
    }

    public async Task AcknowledgeAsync(string conversation, long seq)
    {
        if (_modern is not null)
            await _modern.SendAsync($$"""{"msgid":103,"conversation":"{{conversation}}","seq":{{seq}}}""");
    }

    /// <summary>The node is gone: what it had sent is here.</summary>
    public async Task ConnectionLostAsync()
    {
        if (_modern is not null)
        {
            await _modern.Closed.WaitAsync(TestNode.Patience);
            _modern.TakeAll().ForEach(Note);
            await _modern.DisposeAsync();
        }

        if (Legacy is not null)
        {
            await Legacy.Closed.WaitAsync(TestNode.Patience);
            Legacy.TakeAll().ForEach(Note);
            await Legacy.DisposeAsync();
        }

        (_modern, Legacy) = (null, null);
    }

    /// <summary>Goes offline, and the node knows.</summary>
    public async Task LeaveAsync(NodeProcess node)
    {
        if (_modern is not null)
            await _modern.DisposeAsync();
        if (Legacy is not null)
            await Legacy.DisposeAsync();
        (_modern, Legacy) = (null, null);
        await node.EventuallyAsync("offline", $"SELECT state FROM Users WHERE id = {Id}");
    }

    void Note(JsonElement frame)
    {
        if (!frame.Has("msg"))
            return;
        Texts.Add(frame.Text("msg"));
        if (_isModern)
            Assert.True(_seenHere.Add((frame.Text("conversation"), frame.Number("seq"))), $"twice on one connection: {frame}");
    }
}
