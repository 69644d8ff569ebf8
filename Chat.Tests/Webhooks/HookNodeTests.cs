using System.Net;
using System.Text.Json;
using Chat.Node.Contracts;
using Chat.Protocol;
using Chat.Tests.Api;
using Chat.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Webhooks;

/// <summary>A whole node that asks a real server about messages, whoever sends them.</summary>
public sealed class HookNodeTests : IAsyncLifetime
{
    HookReceiver _receiver = null!;
    StartedNode _started = null!;

    ApiNode Node => _started.Node;

    public async Task InitializeAsync()
    {
        _receiver = await HookReceiver.StartAsync();
        _receiver.Answer = text => text switch
        {
            "bad" => """{"action":"deny","text":"not here"}""",
            "rude" => """{"action":"replace","text":"polite"}""",
            "broken" => "<html>",
            _ => """{"action":"allow"}""",
        };
        _started = await StartedNode.StartAsync(
            WithoutTimeOut,
            $"--Chat:Api:Keys:0={ApiNode.Key}", "--Chat:Webhooks:AllowPrivate=true", $"--Chat:Hooks:BeforeMessage={_receiver.Url}", "--Chat:Hooks:OnFailure=deny");
    }

    public async Task DisposeAsync()
    {
        await _started.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_message_of_the_API_is_asked_about_and_its_repetition_keeps_the_first_answer()
    {
        var (alice, bob) = (await Node.NewUserAsync(), await Node.NewUserAsync());
        (await Node.PostAsync("/messages", new { from = alice, to = bob, msg = "bad" })).AssertProblem(HttpStatusCode.Forbidden, 13);
        (await Node.PostAsync("/messages", new { from = alice, to = bob, msg = "broken" })).AssertProblem(HttpStatusCode.ServiceUnavailable, 10, retry: true);
        Assert.Equal(1, (await Node.PostAsync("/messages", new { from = alice, to = bob, msg = "rude" }, "k")).Int("seq"));
        // The same key with a text that is denied: what was accepted stays accepted.
        Assert.Equal(1, (await Node.PostAsync("/messages", new { from = alice, to = bob, msg = "bad" }, "k")).Int("seq"));
        Assert.Equal(["polite"], await TextsAsync($"d:{alice}:{bob}"));
    }

    [Fact]
    public async Task A_batch_has_a_verdict_for_each_and_nothing_overtakes_what_may_come_again()
    {
        var (alice, bob, carol) = (await Node.NewUserAsync(), await Node.NewUserAsync(), await Node.NewUserAsync());
        var answer = await Node.PostAsync("/messages/batch", new
        {
            messages = new object[]
            {
                new { from = alice, to = bob, msg = "one" },
                new { from = alice, to = bob, msg = "bad" },
                new { from = alice, to = bob, msg = "rude" },
                new { from = alice, to = bob, msg = "broken" },
                new { from = alice, to = bob, msg = "five" },
                new { from = alice, to = carol, msg = "six" },
            },
        });
        Assert.Equal([200, 403, 200, 503, 503, 200], answer.Json.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("status").GetInt32()));
        Assert.Equal(["one", "polite"], await TextsAsync($"d:{alice}:{bob}"));
    }

    [Fact]
    public async Task A_device_is_told_why_and_the_other_gets_what_was_replaced()
    {
        using var alice = await LineClient.ConnectAsync(Node.ChatPort);
        using var bob = await LineClient.ConnectAsync(Node.ChatPort);
        var (one, other) = (await LogInAsync(alice), await LogInAsync(bob));
        var denied = await SendAsync(alice, new { msgid = 6, toid = other, msg = "bad", cmid = "c1", @ref = 1 });
        Assert.Equal((13, "not here", false), (denied.GetProperty("errno").GetInt32(), denied.GetProperty("errmsg").GetString(), denied.GetProperty("retry").GetBoolean()));
        Assert.Equal(1, (await SendAsync(alice, new { msgid = 6, toid = other, msg = "rude", cmid = "c2", @ref = 2 })).GetProperty("seq").GetInt32());
        Assert.Equal("polite", (await bob.NextAsync())!.Value.GetProperty("msg").GetString());
        Assert.All(_receiver.Questions, question => Assert.Equal(one, question.Json.GetProperty("data").GetProperty("from").GetInt32()));
    }

    [Fact]
    public async Task An_edit_is_asked_about_too()
    {
        using var alice = await LineClient.ConnectAsync(Node.ChatPort, protocol: 3);
        var (one, other) = (await LogInAsync(alice), await Node.NewUserAsync());
        var conversation = one < other ? $"d:{one}:{other}" : $"d:{other}:{one}";
        await SendAsync(alice, new { msgid = 6, toid = other, msg = "hi", cmid = "c1", @ref = 1 });

        var denied = await EditAsync("bad");
        Assert.Equal((13, "not here", conversation), (denied.GetProperty("errno").GetInt32(), denied.GetProperty("errmsg").GetString(), denied.GetProperty("conversation").GetString()));
        Assert.Equal(["hi"], await TextsAsync(conversation));
        Assert.Equal(0, (await EditAsync("rude")).GetProperty("errno").GetInt32());
        Assert.Equal(["polite"], await TextsAsync(conversation));
        Assert.Equal(0, (await EditAsync("fine")).GetProperty("errno").GetInt32());
        Assert.Equal(["fine"], await TextsAsync(conversation));
        var open = await AskAsync(alice, EditTo("broken"));
        Assert.Equal((10, true), (open.GetProperty("errno").GetInt32(), open.GetProperty("retry").GetBoolean()));
        Assert.Equal(["fine"], await TextsAsync(conversation));

        // Nothing else is asked about, and nothing of others.
        var asked = _receiver.Questions.Count;
        Assert.Equal(0, (await SendAsync(alice, new { msgid = 131, conversation, seq = 1, react = "👍", @ref = 3 })).GetProperty("errno").GetInt32());
        Assert.Equal(6, (await SendAsync(alice, new { msgid = 131, conversation = "d:2147483646:2147483647", seq = 1, edit = new { msg = "x" }, @ref = 4 })).GetProperty("errno").GetInt32());
        Assert.Equal(asked, _receiver.Questions.Count);

        Task<JsonElement> EditAsync(string text) => SendAsync(alice, EditTo(text));

        object EditTo(string text) => new { msgid = 131, conversation, seq = 1, edit = new { msg = text }, @ref = 2 };
    }

    /// <summary>On a machine that is slower than a client's patience an answer may be late: the same again.</summary>
    static async Task<JsonElement> SendAsync(LineClient device, object message)
    {
        while (true)
        {
            var answer = await AskAsync(device, message);
            if (answer.GetProperty("errno").GetInt32() != (int)ErrorCode.Unavailable)
                return answer;
        }
    }

    /// <summary>What is told of changed messages may come before.</summary>
    static async Task<JsonElement> AskAsync(LineClient device, object request)
    {
        var answer = await device.AskAsync(request);
        while (answer.GetProperty("msgid").GetInt32() == MessageKind.MessageChanged)
            answer = (await device.NextAsync())!.Value;
        return answer;
    }

    /// <summary>However slow the machine is, a question waits for its answer.</summary>
    static void WithoutTimeOut(IServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(IBeforeHook));
        services.AddSingleton<IBeforeHook>(provider => (IBeforeHook)real.ImplementationFactory!(new StandingTime(provider)));
    }

    sealed class StandingTime(IServiceProvider inner) : IServiceProvider
    {
        readonly HeldTimers _clock = new();

        public object? GetService(Type serviceType) => serviceType == typeof(TimeProvider) ? _clock : inner.GetService(serviceType);
    }

    static async Task<int> LogInAsync(LineClient device)
    {
        var name = ApiNode.NewName();
        await device.AskAsync(new { msgid = 4, name, password = "secret" });
        return (await device.AskAsync(new { msgid = 1, name, password = "secret" })).GetProperty("id").GetInt32();
    }

    async Task<List<string?>> TextsAsync(string conversation) =>
        (await Node.GetAsync($"/conversations/{conversation}/messages")).Json.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("msg").GetString()).ToList();
}
