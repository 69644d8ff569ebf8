using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>What is to be done with a message that refers to something.</summary>
/// <param name="Error">None: it goes on.</param>
/// <param name="Reason">Which key is wrong, and what was expected.</param>
/// <param name="References">As they are stored.</param>
sealed record ReferenceVerdict(ErrorCode Error, string Reason, MessageReferences References)
{
    public static ReferenceVerdict Refuse(ErrorCode error, string reason) => new(error, reason, MessageReferences.None);
}

/// <summary>
/// What a message may refer to: messages of its own conversation that its sender sees and nobody has taken back, and members. Whom it mentions who takes no
/// messages from its sender is left out. Pure.
/// </summary>
static class ReferenceRules
{
    /// <summary>Of somebody who takes no part the conversation says so itself: nothing is told about its messages here.</summary>
    public static ReferenceVerdict Judge(ConversationId id, int sender, MessageReferences wanted, ReferenceBasis basis)
    {
        if (!basis.Members.Contains(sender))
            return new ReferenceVerdict(ErrorCode.None, "", MessageReferences.None);
        if (ProblemOf(id, "reply", wanted.Reply, basis) is { } reply)
            return ReferenceVerdict.Refuse(ErrorCode.Malformed, reply);
        if (ProblemOf(id, "thread", wanted.Thread, basis) is { } thread)
            return ReferenceVerdict.Refuse(ErrorCode.Malformed, thread);
        if (ThreadProblem(wanted, basis) is { } problem)
            return ReferenceVerdict.Refuse(ErrorCode.Malformed, problem);
        if (wanted.MentionsAll && !id.IsGroup)
            return ReferenceVerdict.Refuse(ErrorCode.Malformed, "\"mentions\" is \"all\", which is for groups: a list of ids is expected");
        if (wanted.MentionsAll && basis.Role is not ("creator" or "admin"))
            return ReferenceVerdict.Refuse(ErrorCode.Forbidden, "\"mentions\" may be \"all\" only from the group's creator and its admins");
        foreach (var userId in wanted.Mentions)
        {
            if (!basis.Members.Contains(userId))
                return ReferenceVerdict.Refuse(ErrorCode.Malformed, $"\"mentions\" names user {userId}, who takes no part in {id}: members are expected");
        }

        return new ReferenceVerdict(ErrorCode.None, "", wanted with { Mentions = [.. wanted.Mentions.Where(userId => !basis.Blockers.Contains(userId))] });
    }

    static string? ProblemOf(ConversationId id, string key, long seq, ReferenceBasis basis)
    {
        if (seq == 0)
            return null;
        if (seq <= basis.HiddenTo || !basis.Messages.TryGetValue(seq, out var message))
            return $"\"{key}\" names message {seq}, which you do not see in {id}: the number of a message there is expected";
        return message.IsRecalled ? $"\"{key}\" names message {seq}, which was recalled: another one is expected" : null;
    }

    /// <summary>Threads have no threads in them, and an answer in a thread is to a message of it.</summary>
    static string? ThreadProblem(MessageReferences wanted, ReferenceBasis basis)
    {
        if (wanted.Thread == 0)
            return null;
        if (basis.Messages[wanted.Thread].Thread is > 0 and var root)
            return $"\"thread\" names message {wanted.Thread}, which is in a thread itself: {root}, with which that begins, is expected";
        return wanted.Reply == 0 || wanted.Reply == wanted.Thread || basis.Messages[wanted.Reply].Thread == wanted.Thread
            ? null
            : $"\"reply\" names message {wanted.Reply}, which is not in the thread of {wanted.Thread}: a message of that is expected";
    }
}
