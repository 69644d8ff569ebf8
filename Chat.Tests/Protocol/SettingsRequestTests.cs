using System.Text;
using System.Text.Json;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>110, 111 and 112: what is read, and what is written.</summary>
public sealed class SettingsRequestTests
{
    static readonly RequestRef Ref = new("7"u8.ToArray());

    [Fact]
    public void The_settings_are_asked_for_with_a_number_alone() =>
        Assert.Equal("8", Encoding.UTF8.GetString(Assert.IsType<GetSettingsRequest>(Read("""{"msgid":110,"ref":8}""")).Ref.Token.Span));

    [Fact]
    public void A_change_has_any_of_the_five_keys()
    {
        var all = Assert.IsType<ChangeSettingsRequest>(Read(
            """{"msgid":111,"presence":"nobody","mute":"d:1:3","unmute":"g:2","pin":"g:1","unpin":"d:1:5","ref":"x"}"""));
        Assert.Equal(
            new SettingsChange
            {
                Presence = PresencePrivacy.Nobody,
                Mute = ConversationId.Direct(1, 3),
                Unmute = ConversationId.Group(2),
                Pin = ConversationId.Group(1),
                Unpin = ConversationId.Direct(1, 5),
            },
            all.Change);
        Assert.Equal("\"x\"", Encoding.UTF8.GetString(all.Ref.Token.Span));
        Assert.Equal(
            new SettingsChange { Presence = PresencePrivacy.Everyone },
            Assert.IsType<ChangeSettingsRequest>(Read("""{"msgid":111,"presence":"\u0065veryone","x":1}""")).Change);
    }

    [Theory]
    [InlineData("""{"msgid":111}""", "presence", "unpin")]
    [InlineData("""{"msgid":111,"presence":"friends"}""", "\"presence\"", "\"nobody\"")]
    [InlineData("""{"msgid":111,"presence":null}""", "\"presence\"", "\"everyone\"")]
    [InlineData("""{"msgid":111,"pin":"g:1","mute":7}""", "\"mute\"", "g:GROUP")]
    [InlineData("""{"msgid":111,"unmute":"d:3:1"}""", "\"unmute\"", "d:LOWER:HIGHER")]
    [InlineData("""{"msgid":111,"pin":["g:1"]}""", "\"pin\"", "g:GROUP")]
    [InlineData("""{"msgid":111,"unpin":""}""", "\"unpin\"", "g:GROUP")]
    [InlineData("""{"msgid":111,"pin":"g:1","pin":"g:2"}""", "\"pin\"", "twice")]
    [InlineData("""{"msgid":111,"notify":{"g:1":"all","g:1":"none"}}""", "\"notify\"", "each once")]
    [InlineData("""{"msgid":111,"pin":"g:1","unpin":"g:1"}""", "\"pin\"", "\"unpin\"")]
    [InlineData("""{"msgid":111,"mute":"g:1","unmute":"g:1"}""", "\"mute\"", "\"unmute\"")]
    [InlineData("""{"msgid":111,"pin":"\ud800"}""", "surrogate", "half")]
    public void What_is_wrong_with_a_change_is_named(string json, string key, string expected)
    {
        var invalid = Assert.IsType<InvalidRequest>(Read(json));
        Assert.Equal(ErrorCode.Malformed, invalid.Error);
        Assert.Contains(key, invalid.Reason, StringComparison.Ordinal);
        Assert.Contains(expected, invalid.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_keys_of_a_change_mean_nothing_in_a_message()
    {
        var message = Assert.IsType<SendMessageRequest>(Read("""{"msgid":6,"toid":2,"msg":"hi","pin":1,"pin":2,"mute":"x"}"""));
        Assert.Contains("\"pin\":2", message.BuildBody(new ChatSender(1, "alice")).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_invalid_request_of_ours_names_its_number() =>
        Assert.Equal((111, 107), (((InvalidRequest)Read("""{"msgid":111}""")).Kind, ((InvalidRequest)Read("""{"msgid":107}""")).Kind));

    [Fact]
    public void The_frames_are_the_legacy_ones()
    {
        var settings = new UserSettings(PresencePrivacy.Nobody, [ConversationId.Direct(1, 3)], [ConversationId.Group(1)]);
        Assert.Equal(
            """{"msgid":102,"ref":7,"errno":0,"presence":"nobody","muted":["d:1:3"],"pinned":["g:1"]}""" + "\n",
            Encoding.UTF8.GetString(SettingsFrames.Reply(Ref, settings, 65536)));
        Assert.Equal(
            """{"msgid":112,"presence":"everyone","muted":[],"pinned":[]}""" + "\n",
            Encoding.UTF8.GetString(SettingsFrames.Changed(new UserSettings(PresencePrivacy.Everyone, [], []), 65536)));
    }

    [Fact]
    public void Full_lists_fit_the_usual_frame()
    {
        var frame = SettingsFrames.Reply(Ref, Full, 65536);
        Assert.True(frame.Length <= 65536);
        var json = JsonDocument.Parse(frame).RootElement;
        Assert.Equal((1000, 100), (json.GetProperty("muted").GetArrayLength(), json.GetProperty("pinned").GetArrayLength()));
        Assert.False(json.TryGetProperty("truncated", out _));
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(2649)]
    [InlineData(2900)]
    [InlineData(20000)]
    public void Lists_are_cut_to_a_smaller_frame_and_the_pins_go_first(int maxFrameBytes)
    {
        foreach (var frame in (byte[][])[SettingsFrames.Reply(new RequestRef(Encoding.UTF8.GetBytes($"\"{new string('r', 126)}\"")), Full, maxFrameBytes), SettingsFrames.Changed(Full, maxFrameBytes)])
        {
            Assert.InRange(frame.Length, maxFrameBytes - 160, maxFrameBytes);
            var json = JsonDocument.Parse(frame).RootElement;
            Assert.True(json.GetProperty("truncated").GetBoolean());
            var pinned = json.GetProperty("pinned").EnumerateArray().Select(id => id.GetString()).ToList();
            Assert.Equal(Full.Pinned.Take(pinned.Count).Select(id => id.ToString()), pinned!);
            Assert.True(pinned.Count == 100 || json.GetProperty("muted").GetArrayLength() <= 1);
        }
    }

    static UserSettings Full => new(
        PresencePrivacy.Everyone,
        [.. Enumerable.Range(0, 1000).Select(i => ConversationId.Direct(2_000_000_000 + i, int.MaxValue))],
        [.. Enumerable.Range(0, 100).Select(i => ConversationId.Direct(2_000_000_000 + i, int.MaxValue))]);

    static Request Read(string json) => RequestReader.Read(Encoding.UTF8.GetBytes(json), isSpaced: false);
}
