using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Bridge;

/// <summary>What comes on the channels: to the conversations, or into the offline queue where that is not possible.</summary>
sealed partial class ChannelSubscriber
{
    sealed record Arrived(int UserId, byte[] Payload) : INoSerializationVerificationNeeded;

    sealed record Spilt(int UserId, bool IsStored) : INoSerializationVerificationNeeded;

    long _number;

    void OnArrived(Arrived arrived)
    {
        _services.Meter.Received();
        if (!_channels.TryGetValue(arrived.UserId, out var channel))
            return;
        if (Read(arrived, out var chat) is { } problem)
        {
            _services.Meter.Garbage();
            Log.GarbageReceived(_services.Logger, arrived.UserId, problem);
            return;
        }

        var arrival = new ChannelArrival(++_number, chat!, HeldChannel.MarkOf(chat!.Digest.Span));
        if (channel.Add(arrival))
        {
            SendNext(channel);
            Spill(channel);
            return;
        }

        _services.Meter.Lost();
        Log.BridgedMessageLost(_services.Logger, arrived.UserId, "neither the conversations nor the database take messages, and too many wait");
    }

    /// <summary>Why it is no message; null if it is one. Whatever is sent to us must not end this actor.</summary>
    string? Read(Arrived arrived, out BridgedChat? chat)
    {
        chat = null;
        if (arrived.Payload.Length > Import.MaxBytes)
            return $"{arrived.Payload.Length} bytes are more than {Import.MaxBytes}";
        try
        {
            return BridgedChat.TryRead(arrived.Payload, arrived.UserId, _services.Clock.GetUtcNow().ToUnixTimeMilliseconds(), out chat)
                ?? ProblemOf(chat!, arrived.UserId);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or OverflowException)
        {
            return e.Message;
        }
    }

    static string? ProblemOf(BridgedChat chat, int userId)
    {
        if (chat.Conversation is null)
            return "it does not say who sent it";
        return chat.ToId == 0 || chat.ToId == userId ? null : $"it is for user {chat.ToId}";
    }

    /// <summary>What comes faster than it can be logged: as a documented server would, into the queue, from where it is taken up when there is time.</summary>
    void Spill(HeldChannel channel)
    {
        if (channel.SpillNext() is not { } arrival)
            return;
        _services.Meter.Overflowed();
        Log.ChannelOverflowed(_services.Logger, channel.UserId);
        var userId = channel.UserId;
        _services.OfflineStore.InsertBridgedAsync(userId, JsonText.ToAscii(arrival.Chat.Body.Span)).PipeTo(
            Self, success: () => new Spilt(userId, IsStored: true), failure: _ => new Spilt(userId, IsStored: false));
    }

    void OnSpilt(Spilt spilt)
    {
        if (!_channels.TryGetValue(spilt.UserId, out var channel))
            return;
        channel.OnSpilt(spilt.IsStored);
        if (spilt.IsStored)
            Spill(channel); // else the next tick tries again
        Leave(channel);
    }

    void SendNext(HeldChannel channel)
    {
        if (channel.Due(Now, Patience) is not { } arrival)
            return;
        if (channel.IsOverdue(Now))
        {
            channel.SpillAll(); // its conversation does not answer
            Spill(channel);
            return;
        }

        var chat = arrival.Chat;
        _services.Conversations.Value.Tell(
            new Import(chat.Conversation!.Value, channel.UserId, chat.SenderId, _services.Node.Incarnation, arrival.Number, chat.Digest, chat.Body), Self);
    }

    void OnImported(Imported imported)
    {
        if (!_channels.TryGetValue(imported.Recipient, out var channel) || !channel.OnSettled(imported.Number))
            return;
        if (imported.Refusal is { } refusal)
        {
            _services.Meter.Garbage();
            Log.GarbageReceived(_services.Logger, imported.Recipient, refusal);
        }

        SendNext(channel);
        Leave(channel);
    }
}
