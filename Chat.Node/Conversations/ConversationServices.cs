using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Delivery;
using Chat.Node.Faults;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Conversations;

/// <summary>What every conversation on this node uses.</summary>
sealed record ConversationServices(
    MessageLog Log, ConversationLoader Loader, FanOutWatermarks FanOutWatermarks, bool KeepsHistory, TimeProvider Clock,
    CrashPoints CrashPoints, Lazy<IActorRef> Users, INodeDirectory Nodes, DeliveryMarks Marks, bool IsBridged, IWebhooks Webhooks)
{
    /// <summary>What becomes of messages after they were sent; null without a history.</summary>
    public MessageChangeStore? Changes { get; init; }

    /// <summary>What has become of groups and is not in their logs yet; null without a history.</summary>
    public SystemOutbox? System { get; init; }

    public NodeMeter Meter { get; init; } = NodeMeter.Unread;

    public Func<ChangeWindows> ChangeWindows { get; init; } = () => new ChangeWindows(TimeSpan.FromHours(48), TimeSpan.FromMinutes(2), int.MaxValue, new MessageLimits(16384, 65536));
}
