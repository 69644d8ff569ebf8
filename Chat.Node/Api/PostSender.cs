using Akka.Actor;
using Chat.Node.Contracts;
using Chat.Node.Telemetry;
using Chat.Protocol;

namespace Chat.Node.Api;

/// <summary>A message on its way into a conversation.</summary>
/// <param name="Sender">Whose name it has.</param>
/// <param name="Cmid">Recognises a repetition.</param>
/// <param name="Body">As it is logged and delivered.</param>
sealed record OutgoingPost(int Sender, string Cmid, ChatBody Body)
{
    /// <summary>What it refers to.</summary>
    public MessageReferences References { get; init; } = MessageReferences.None;

    /// <summary>Until its request has the answer, if its way is recorded.</summary>
    public MessageSpan? Span { get; set; }
}

/// <summary>What became of a message: its place in the conversation, or why it has none.</summary>
readonly record struct PostResult(ErrorCode Error, string Reason, long Seq = 0, long Ts = 0);

/// <summary>
/// Sends the posts of one request to one conversation, in order, as a session does: numbered, at most <see cref="Window"/> without their answer, sent
/// again while there is none. Lives as long as the request. After a refusal that asks for a repetition, those behind it are refused alike: nothing overtakes.
/// </summary>
sealed class PostSender : UntypedActor, IWithTimers
{
    /// <summary>As many as a connection may have under way.</summary>
    public const int Window = 64;

    /// <summary>After so long without any answer there will be none.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(1);

    readonly PostSending _sending;
    readonly PostRun _run;
    long _progressAt;

    public PostSender(PostSending sending)
    {
        _sending = sending;
        _run = new PostRun(sending.Posts.Count, sending.Lane.LastNumber, Window);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _sending.Lane.LastNumber += _sending.Posts.Count;
        _progressAt = _sending.Clock.GetTimestamp();
        Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, RepeatAfter);
        Send(_run.TakeNext());
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PostAccepted accepted:
                OnAnswer(accepted.Number, new PostResult(ErrorCode.None, "", accepted.Seq, accepted.Ts));
                break;
            case PostRefused refused when refused.Error.IsRetryable():
                GiveUp(refused.Number, refused.Reason);
                break;
            case PostRefused refused:
                OnAnswer(refused.Number, new PostResult(refused.Error, refused.Reason));
                break;
            case ResendPosts:
                Send(_run.Unanswered());
                break;
            case Tick:
                OnTick();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop()
    {
        _sending.Done.TrySetResult(_run.Results("the node is ending"));
        _sending.Lanes.Return(_sending.Lane);
    }

    void OnTick()
    {
        var quiet = _sending.Clock.GetElapsedTime(_progressAt);
        if (quiet >= Patience)
            GiveUp(_run.AnsweredTo + 1, "no answer from the conversation yet");
        else if (quiet >= RepeatAfter)
            Send(_run.Unanswered());
    }

    void OnAnswer(long number, PostResult result)
    {
        if (!_run.TrySettle(number, result))
            return; // of an earlier attempt
        _progressAt = _sending.Clock.GetTimestamp();
        Send(_run.TakeNext());
        EndWhenDone();
    }

    void GiveUp(long number, string reason)
    {
        if (!_run.TryGiveUp(number, reason))
            return;
        _sending.Lane.Epoch++;
        _progressAt = _sending.Clock.GetTimestamp();
        EndWhenDone();
    }

    void EndWhenDone()
    {
        if (_run.IsDone)
            Context.Stop(Self);
    }

    void Send(IEnumerable<(int At, long Number, long Previous)> posts)
    {
        var lane = _sending.Lane;
        foreach (var (at, number, previous) in posts)
        {
            var post = _sending.Posts[at];
            _sending.Conversations.Tell(
                new Post(
                    _sending.Conversation, lane.SessionId, number, previous, _run.AnsweredTo, lane.Epoch, post.Sender, post.Cmid, post.Body.Bytes,
                    post.Body.TimeOffset, SenderHasOtherDevices: true)
                {
                    References = post.References.ToBytes(),
                    Trace = post.Span?.Trace,
                },
                Self);
        }
    }
}

/// <summary>All that a <see cref="PostSender"/> is given.</summary>
sealed record PostSending(
    ConversationId Conversation, IReadOnlyList<OutgoingPost> Posts, PostLane Lane, PostLanes Lanes, IActorRef Conversations, TimeProvider Clock,
    TaskCompletionSource<PostResult[]> Done);
