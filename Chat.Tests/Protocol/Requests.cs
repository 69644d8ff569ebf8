using System.Text;
using Chat.Protocol;
using Xunit;

namespace Chat.Tests.Protocol;

/// <summary>Reads requests as a connection does: object boundaries first.</summary>
static class Requests
{
    public static Request Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    public static Request Read(byte[] json)
    {
        var buffer = new System.Buffers.ReadOnlySequence<byte>(json);
        var reader = new FrameReader(65536);
        Assert.Equal(FrameStatus.Frame, reader.Read(ref buffer, out var frame));
        return RequestReader.Read(frame, reader.IsSpaced);
    }

    public static InvalidRequest ReadInvalid(string json) => Assert.IsType<InvalidRequest>(Read(json));

    public static SendMessageRequest ReadMessage(string json) => Assert.IsType<SendMessageRequest>(Read(json));

    public static string RefOf(Request request) => Encoding.UTF8.GetString(request.Ref.Token.Span);
}
