using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Chat.Bench.Checking;
using Chat.Bench.Measuring;
using Chat.Checker.Checking;

namespace Chat.Bench.Load;

/// <summary>
/// What a frame of the server means. Replies and pushes of the load are recognised by their text; everything else takes the slow way
/// through a JSON parser.
/// </summary>
/// <param name="state">Of the load.</param>
/// <param name="markEvery">A receiver confirms every so many messages of a flow (103); 0: never.</param>
sealed class FrameHandler(LoadState state, int markEvery)
{
    /// <summary>A refused message rests for so long.</summary>
    static readonly long RetryTicks = LoadClock.Ticks(TimeSpan.FromMilliseconds(100));

    static ReadOnlySpan<byte> ReplyStart => "{\"msgid\":102,\"ref\":\""u8;

    public void Handle(LoadConnection connection, ReadOnlySpan<byte> frame, long now)
    {
        if (frame.StartsWith(ReplyStart))
        {
            HandleReply(frame[ReplyStart.Length..], frame, now);
            return;
        }

        switch (StampedText.TryRead(frame, out var stamp))
        {
            case StampStatus.Valid:
                HandlePush(connection, frame, stamp, now);
                break;
            case StampStatus.Corrupt:
                state.Meter.Tally.Corrupt++;
                break;
            default:
                HandleOther(frame, now);
                break;
        }
    }

    void HandlePush(LoadConnection connection, ReadOnlySpan<byte> frame, in Stamp stamp, long now)
    {
        if (stamp.Run != state.Run)
        {
            state.Unrelated++;
            return;
        }

        var tally = state.Meter.Tally;
        if (stamp.Flow >= state.Flows.Count || stamp.Number > state.Flows[stamp.Flow].LastNumber)
        {
            tally.Corrupt++;
            return;
        }

        var flow = state.Flows[stamp.Flow];
        if (flow.CheckerOf(connection) is not { } checker)
        {
            tally.Misdelivered++;
            return;
        }

        switch (checker.Observe(stamp.Number))
        {
            case ArrivalKind.Duplicate:
                tally.Duplicated++;
                return;
            case ArrivalKind.OutOfOrder:
                tally.OutOfOrder++;
                break;
        }

        state.Arrived++;
        state.Meter.OnDelivered(stamp.Intended, now);
        if (!flow.Sender.IsModern)
        {
            flow.CountDelivery(stamp.Number);
            state.Queue(flow);
        }

        if (markEvery > 0 && connection.IsModern && stamp.Number % markEvery == 0)
            Mark(connection, flow, frame, now);
    }

    /// <summary>103: everything up to this number is safe here.</summary>
    void Mark(LoadConnection connection, Flow flow, ReadOnlySpan<byte> frame, long now)
    {
        var at = frame.LastIndexOf("\"seq\":"u8);
        if (at >= 0 && Utf8Parser.TryParse(frame[(at + 6)..], out long seq, out _))
            state.Send(connection, Encoding.UTF8.GetBytes($$"""{"msgid":103,"conversation":"{{flow.Conversation}}","seq":{{seq}}}""" + "\n"), now);
    }

    void HandleReply(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> frame, long now)
    {
        var at = frame.IndexOf("\"errno\":"u8);
        if (reference.Length < 14 || at < 0 || !Utf8Parser.TryParse(frame[(at + 8)..], out int errno, out _))
        {
            HandleOther(frame, now);
            return;
        }

        Settle((int)StampedText.ReadHex(reference[..6]), (long)StampedText.ReadHex(reference.Slice(6, 8)), errno, frame, now);
    }

    void Settle(int index, long number, int errno, ReadOnlySpan<byte> frame, long now)
    {
        if (index >= state.Flows.Count)
            return;
        var flow = state.Flows[index];
        if (errno == 0)
        {
            if (flow.Acknowledge(number) is { } intended)
            {
                state.Meter.OnAcknowledged(intended, now);
                state.OnAcknowledged?.Invoke(new MessageMoment(index, number, now));
            }
        }
        else if (frame.IndexOf("\"retry\":true"u8) >= 0)
        {
            flow.Refuse(number, now + RetryTicks);
            if (!state.Refused.Contains(flow))
                state.Refused.Add(flow);
            Note(errno, frame);
            state.Meter.Tally.Refused++;
        }
        else
        {
            flow.Fail(number);
            state.Expected -= flow.Checkers.Count;
            Note(errno, frame);
            state.Meter.Tally.Failed++;
        }

        state.Queue(flow);
    }

    void Note(int errno, ReadOnlySpan<byte> frame)
    {
        var tally = state.Meter.Tally;
        if (tally.FirstRefusal is null)
            (tally.FirstRefusal, tally.RefusalErrno) = (Encoding.UTF8.GetString(frame), errno);
    }

    /// <summary>A pong, a farewell, a reply of a server that orders its keys otherwise, or something that should not be.</summary>
    void HandleOther(ReadOnlySpan<byte> frame, long now)
    {
        try
        {
            var reader = new Utf8JsonReader(frame);
            using var json = JsonDocument.ParseValue(ref reader);
            var kind = json.RootElement.GetProperty("msgid").GetInt32();
            if (kind is 6 or 10 && json.RootElement.GetProperty("id").GetInt32() > 0) // a system message tells of the group that the load was made for
                state.Meter.Tally.Corrupt++;
            if (kind == 102 && json.RootElement.TryGetProperty("ref", out var reference) && reference.ValueKind == JsonValueKind.String)
            {
                var text = Encoding.UTF8.GetBytes(reference.GetString()!);
                var errno = json.RootElement.GetProperty("errno").GetInt32();
                if (text.Length == 14)
                    Settle((int)StampedText.ReadHex(text.AsSpan(0, 6)), (long)StampedText.ReadHex(text.AsSpan(6)), errno, frame, now);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            state.Meter.Tally.Corrupt++;
        }
    }
}
