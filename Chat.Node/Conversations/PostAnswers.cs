using Akka.Actor;
using Chat.Node.Actors;
using Chat.Node.Contracts;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Conversations;

/// <summary>What becomes of posts, told to the sessions that wait for it.</summary>
sealed class PostAnswers(ConversationId id, ConversationState state, IActorRef self)
{
    SmallMap<long, IActorRef> _sessions;

    /// <summary>The session waits for an answer.</summary>
    public void Await(Post post, IActorRef session) => _sessions[post.SessionId] = session;

    public void Accept(InFlightPost post, long seq, long ts)
    {
        foreach (var waiting in post.Waiting)
            Tell(waiting, new PostAccepted(id, waiting.PostNumber, seq, ts));
    }

    /// <summary>It was not taken, and may be sent again.</summary>
    public void Refuse(InFlightPost post, string reason)
    {
        foreach (var waiting in post.Waiting)
        {
            state.RefuseFrom(waiting);
            Tell(waiting, new PostRefused(id, waiting.PostNumber, ErrorCode.Unavailable, reason));
        }
    }

    /// <summary>Sending it again would not help: the sender may go on without it.</summary>
    public void RefuseForEver(InFlightPost post)
    {
        foreach (var waiting in post.Waiting)
            Tell(waiting, new PostRefused(id, waiting.PostNumber, ErrorCode.TooLarge, "the database does not take the message"));
    }

    /// <summary>A post that needs no number.</summary>
    public void Answer(Post post, IActorRef session, Judgement judgement)
    {
        if (judgement.Verdict == Verdict.Resend)
            session.Tell(new ResendPosts(id, judgement.Number), self);
        else if (judgement.Error == ErrorCode.None)
            session.Tell(new PostAccepted(id, post.Number, judgement.Number, judgement.Ts), self);
        else
            session.Tell(new PostRefused(id, post.Number, judgement.Error, judgement.Reason, judgement.Until), self);
    }

    public void AnswerNotWritten(InFlightPost post, AppendOutcome outcome)
    {
        if (outcome.Status == AppendStatus.Duplicate)
            Accept(post, outcome.Seq, outcome.Ts);
        else if (outcome.Status == AppendStatus.Refused)
            RefuseForEver(post);
        else
            Refuse(post, "the message could not be stored");
    }

    /// <summary>Posts that came while the database could not be read.</summary>
    public void RefuseUnread(List<(Post Post, IActorRef Sender)> posts)
    {
        foreach (var (post, session) in posts)
        {
            state.RefuseFrom(new WaitingSession(post.SessionId, post.Number, post.Epoch));
            session.Tell(new PostRefused(id, post.Number, ErrorCode.Unavailable, "the database does not answer"), self);
        }
    }

    public void OnTick()
    {
        if (state.IsEmpty)
            _sessions.Clear(); // nobody waits for an answer
    }

    /// <summary>Directly: the news of the conversation's end must not overtake its last answers.</summary>
    void Tell(WaitingSession waiting, IClusterMessage answer)
    {
        if (_sessions.TryGetValue(waiting.SessionId, out var session))
            session.Tell(answer, self);
    }
}
