using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Gateway;

/// <summary>How a session stands.</summary>
enum SessionLife : byte
{
    Open,

    /// <summary>Its client is gone or sent away: what it asked for before is still done and answered.</summary>
    Finishing,

    Closed,
}

/// <summary>What the parts of a session share: its connection, who is logged in, how it stands, and the ways to answer and to end.</summary>
sealed class SessionCore(ISessionTransport transport, GatewayServices services, ActorCell context)
{
    /// <summary>The end of a session that needs no line of its own.</summary>
    public const string Disconnected = "disconnected";

    public ISessionTransport Transport => transport;

    public GatewayServices Services => services;

    public ActorCell Context => context;

    /// <summary>Of the message that is being handled.</summary>
    public IActorRef Sender => context.Sender!;

    public FrameWriter Frames { get; } = new(transport, services, context);

    public long Id { get; } = Random.Shared.NextInt64(1, long.MaxValue);

    public SessionLife Life { get; private set; }

    /// <summary>Since when it is <see cref="SessionLife.Finishing"/>, by <see cref="Now"/>: its low bits, which are enough for minutes.</summary>
    int _finishingSince;

    /// <summary>It has said hello.</summary>
    public bool IsModern { get; private set; }

    /// <summary>The version of the protocol that it was answered with; 0 before a hello.</summary>
    public byte Protocol { get; set; }

    /// <summary>Whether its client knows the pushes and requests of version 3.</summary>
    public bool SpeaksNext => Protocol >= ModernFrames.NewestProtocolVersion;

    /// <summary>Requests wait for their turn in the <see cref="RequestQueue"/>: said here, where every message looks anyway.</summary>
    public bool HasWaitingRequests { get; set; }

    /// <summary>A request is under way whose answer the next one waits for.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>The user has other sessions, which get copies of what this one posts.</summary>
    public bool SenderHasOtherDevices { get; set; }

    /// <summary>Who is logged in.</summary>
    public ChatSender? User { get; set; }

    /// <summary>The user's actor, once it has answered; else the region is asked.</summary>
    public IActorRef? UserActor { get; set; }

    /// <summary>The token (JWT) that the login stands on; null if it stands on none.</summary>
    public SessionToken? Token { get; set; }

    /// <summary>The device that the login stands on; null: the client does not say.</summary>
    public SessionDevice? Device { get; set; }

    /// <summary>The hub of presence knows that its user has this session.</summary>
    public bool IsListed { get; set; }

    /// <summary>Its client says that nobody sits in front of it.</summary>
    public bool IsAway { get; set; }

    /// <summary>It may have asked the hub of presence for news.</summary>
    public bool IsWatching { get; set; }

    /// <summary>How often it says that its user types; null until it has.</summary>
    public TypingPace? Typing { get; set; }

    /// <summary>How often it looks for users; null until it has.</summary>
    public SearchPace? Searches { get; set; }

    /// <summary>Messages of this client; null until it has sent one.</summary>
    public SessionPosts? Posts { get; private set; }

    /// <summary>Milliseconds of a steady clock.</summary>
    public long Now => services.Clock.CoarseMilliseconds();

    /// <summary>For how many milliseconds it is <see cref="SessionLife.Finishing"/>.</summary>
    public int FinishingFor => unchecked((int)Now - _finishingSince);

    /// <summary>Not of an earlier life, nor of who was logged in here before: their words may come late.</summary>
    public bool IsFromUser => Sender.Equals(UserActor);

    /// <summary>Its client as who asks for something.</summary>
    public Asker Asker(ChatSender user) => new(user.Id, Id, SpeaksNext) { Device = Device?.Id };

    public SessionPosts OpenPosts() => Posts ??= new SessionPosts(this);

    public void BecomeModern() => IsModern = transport.IsModern = Frames.IsModern = true;

    public void TellUser(IUserMessage message) => (UserActor ?? services.Users.Value).Tell(message, context.Self);

    /// <summary>No other request is handled until <see cref="Resume"/>.</summary>
    public void Pause(bool isLoggingIn)
    {
        IsBusy = true;
        if (isLoggingIn)
            transport.IsLoggingIn = true;
    }

    public void Resume() => IsBusy = transport.IsLoggingIn = false;

    public void Send(ReadOnlyMemory<byte> frame, Receipt receipt = default)
    {
        if (Life != SessionLife.Closed && !Frames.TryAdd(frame, receipt))
            Close(CloseCode.SlowConsumer, "slow consumer: the outbox is full");
    }

    /// <summary>An answer that says no.</summary>
    public void SendRefusal(byte[] frame, ErrorCode error)
    {
        services.Meter.Refused(error);
        Send(frame);
    }

    /// <summary>A request has its answer, or needs none: its place is free.</summary>
    public void ReturnCredit() => transport.ReturnCredit();

    /// <summary>Bad input: an error for a modern client; a legacy one would not understand it and is disconnected.</summary>
    public void Fail(Request request, ErrorCode error, string reason)
    {
        if (!IsModern)
        {
            services.Meter.Refused(error);
            Close(CloseCode.BadInput, $"{request.GetType().Name}: {reason}");
            return;
        }

        SendRefusal(Refusal.Of(request, error, reason), error);
        ReturnCredit();
        if (request is InvalidRequest { IsFatal: true })
            Frames.CloseWhenFlushed();
    }

    public void Finish()
    {
        Life = SessionLife.Finishing;
        _finishingSince = unchecked((int)Now);
    }

    /// <param name="code">What the client is told, where the transport has a word for it.</param>
    /// <param name="reason">For people: in the log, and beside the code.</param>
    public void Close(CloseCode code, string reason)
    {
        if (Life == SessionLife.Closed)
            return;
        Life = SessionLife.Closed;
        if (code == CloseCode.SlowConsumer)
            services.Meter.SlowConsumerClosed();
        transport.GiveReason(code, reason);
        if (reason == Disconnected)
            Log.SessionEnded(services.Logger, transport.Id, User?.Id ?? 0);
        else
            Log.SessionClosed(services.Logger, transport.Id, transport.Address, User?.Id ?? 0, reason);
        context.Stop(context.Self);
    }
}
