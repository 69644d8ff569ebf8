using System.Text.Json;
using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;

namespace Chat.Node.Cluster;

/// <summary>Tells the other nodes the figures of this one.</summary>
sealed class FigureTeller : UntypedActor
{
    public const string Name = "figures";

    readonly FigureReader _figures;

    public FigureTeller(FigureReader figures) => _figures = figures;

    protected override void OnReceive(object message)
    {
        if (message is AskFigures)
            Sender.Tell(new FiguresTold(JsonSerializer.Serialize(_figures.Read(), JsonSerializerOptions.Web)));
        else
            Unhandled(message);
    }
}
