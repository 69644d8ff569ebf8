using Chat.Node.Contracts;

namespace Chat.Node.Serialization;

/// <summary>What carries other messages between nodes.</summary>
static class LinkFormats
{
    public static readonly Format[] All =
    [
        new Format<Bundle>("bu", (w, m) => w.Bytes(m.Parts.Span), r => new Bundle(r.Bytes())),
    ];
}
