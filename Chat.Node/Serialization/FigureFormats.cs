using Chat.Node.Contracts;

namespace Chat.Node.Serialization;

/// <summary>What nodes tell each other for operators.</summary>
static class FigureFormats
{
    public static readonly Format[] All =
    [
        new Format<AskFigures>("fa", (_, _) => { }, _ => AskFigures.Instance),
        new Format<FiguresTold>("ft", (w, m) => w.Text(m.Json), r => new FiguresTold(r.Text())),
    ];
}
