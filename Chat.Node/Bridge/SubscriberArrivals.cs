using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Bridge;

/// <summary>What the keeper of channels uses.</summary>
sealed record KeeperServices(
    RedisConnection Redis, NodeIdentity Node, OfflineStore OfflineStore, BridgeMeter Meter, TimeProvider Clock, ILogger Logger,
    Lazy<IActorRef> Users, Lazy<IActorRef> Conversations);

/// <summary>A message has gone into the offline queue, or could not.</summary>
sealed record ChannelSpilt(int UserId, bool IsStored) : INoSerializationVerificationNeeded;

/// <summary>What comes on the channels: to the conversations, or into the offline queue where that is not possible.</summary>
sealed class SubscriberArrivals(KeeperServices services, IActorRef self)
{
    const long Patience = 1000;

    long _number;

    long Now => services.Clock.SteadyMilliseconds();

    public void Take(HeldChannel channel, byte[] payload)
    {
        if (Read(payload, channel.UserId, services.Clock.GetUtcNow().ToUnixTimeMilliseconds(), out var chat) is { } problem)
        {
            services.Meter.Garbage();
            Log.GarbageReceived(services.Logger, channel.UserId, problem);
            return;
        }

        var arrival = new ChannelArrival(++_number, chat!, HeldChannel.MarkOf(chat!.Digest.Span));
        if (channel.Add(arrival))
        {
            SendNext(channel);
            Spill(channel);
            return;
        }

        services.Meter.Lost();
        Log.BridgedMessageLost(services.Logger, channel.UserId, "neither the conversations nor the database take messages, and too many wait");
    }

    /// <summary>Why it is no message; null if it is one. Whatever is sent to us must not end the actor.</summary>
    public static string? Read(byte[] payload, int userId, long now, out BridgedChat? chat)
    {
        chat = null;
        if (payload.Length > Import.MaxBytes)
            return $"{payload.Length} bytes are more than {Import.MaxBytes}";
        try
        {
            return BridgedChat.TryRead(payload, userId, now, out chat) ?? ProblemOf(chat!, userId);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or OverflowException)
        {
            return e.Message;
        }
    }

    /// <summary>What comes faster than it can be logged: as a legacy server would, into the queue, from where it is taken up when there is time.</summary>
    public void Spill(HeldChannel channel)
    {
        if (channel.SpillNext() is not { } arrival)
            return;
        services.Meter.Overflowed();
        Log.ChannelOverflowed(services.Logger, channel.UserId);
        var userId = channel.UserId;
        services.OfflineStore.InsertBridgedAsync(userId, JsonText.ToAscii(arrival.Chat.Body.Span)).PipeTo(
            self, success: () => new ChannelSpilt(userId, IsStored: true), failure: _ => new ChannelSpilt(userId, IsStored: false));
    }

    public void OnSpilt(HeldChannel channel, bool isStored)
    {
        channel.OnSpilt(isStored);
        if (isStored)
            Spill(channel); // else the next tick tries again
    }

    public void SendNext(HeldChannel channel)
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
        services.Conversations.Value.Tell(
            new Import(chat.Conversation!.Value, channel.UserId, chat.SenderId, services.Node.Incarnation, arrival.Number, chat.Digest, chat.Body), self);
    }

    /// <summary>A conversation has answered. False if nobody waits for that.</summary>
    public bool OnImported(HeldChannel channel, Imported imported)
    {
        if (!channel.OnSettled(imported.Number))
            return false;
        if (imported.Refusal is { } refusal)
        {
            services.Meter.Garbage();
            Log.GarbageReceived(services.Logger, imported.Recipient, refusal);
        }

        SendNext(channel);
        return true;
    }

    static string? ProblemOf(BridgedChat chat, int userId)
    {
        if (chat.Conversation is null)
            return "it does not say who sent it";
        return chat.ToId == 0 || chat.ToId == userId ? null : $"it is for user {chat.ToId}";
    }
}
