using System.IO.Pipelines;
using System.Text;
using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Gateway;
using Chat.Node.Settings;
using Chat.Tests.Actors;
using Chat.Tests.Support;

namespace Chat.Tests.Gateway;

/// <summary>The parts of a session without its actor, over a pipe. No time passes by itself.</summary>
public abstract class SessionPartsTest : SessionTest
{
    readonly Queue<IThreadPoolWorkItem> _pool = new();
    readonly ActorCell _context;

    protected SessionPartsTest()
    {
        Clock.Stop();
        Self = NewProbe("self");
        _context = ActorOfAsTestActorRef<PartHost>(Props.Create(() => new PartHost(Self.Ref))).UnderlyingActor.OwnContext;
    }

    /// <summary>Gets what the parts tell their actor.</summary>
    protected TestProbe Self { get; }

    private protected static ReadOnlyMemory<byte> Frame(string text) => Encoding.UTF8.GetBytes(text);

    private protected SessionCore Core(Pipe pipe, ChatLimits? limits = null, bool isModern = true)
    {
        var services = Services(new AckCoalescer(_pool.Enqueue)) with { Clock = Clock, Limits = limits ?? new ChatLimits() };
        var core = new SessionCore(new TcpConnection(new PipeConnection(output: pipe.Writer), Clock), services, _context);
        if (isModern)
            core.BecomeModern();
        return core;
    }

    /// <summary>Everything that has left.</summary>
    private protected static string Left(Pipe pipe)
    {
        if (!pipe.Reader.TryRead(out var read))
            return "";
        var text = Encoding.UTF8.GetString(read.Buffer);
        pipe.Reader.AdvanceTo(read.Buffer.End);
        return text;
    }
}
