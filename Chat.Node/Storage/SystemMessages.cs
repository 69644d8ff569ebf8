using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>What the members of a group are told of a change, in the order in which it is done. Pure.</summary>
static class SystemMessages
{
    /// <param name="by">Who has done it; 0: nobody of the users.</param>
    /// <param name="differences">What has become of whom. Who only waits, or is let in again, is nobody's news.</param>
    public static List<SystemMessage> Of(int by, IReadOnlyList<MemberDifference> differences)
    {
        var messages = new List<SystemMessage>();
        Add(SystemMessage.Joined, difference => difference.HasJoined && difference.UserId == by);
        Add(SystemMessage.Added, difference => difference.HasJoined && difference.UserId != by);
        Add(SystemMessage.Left, difference => difference.HasLeft && difference.UserId == by);
        Add(SystemMessage.Removed, difference => difference.HasLeft && difference.UserId != by && !difference.After.IsBanned);
        Add(SystemMessage.Banned, difference => difference.HasLeft && difference.UserId != by && difference.After.IsBanned);
        foreach (var (userId, before, after) in differences.Where(difference => difference.After.IsMember))
        {
            if (after.Role != (before.Role ?? GroupRole.Normal))
                messages.Add(new SystemMessage(SystemMessage.OtherRole, by, [userId]) { Role = after.Role });
            if (after.MutedUntil != before.MutedUntil)
                messages.Add(new SystemMessage(SystemMessage.Muted, by, [userId]) { MutedUntil = after.MutedUntil });
        }

        return messages;

        void Add(string change, Func<MemberDifference, bool> isSo) => messages.AddRange(
            differences.Where(isSo).Select(difference => difference.UserId).Chunk(SystemOutbox.MaxUsers).Select(users => new SystemMessage(change, by, users)));
    }

    /// <summary>What is different of a group; null: nothing.</summary>
    /// <param name="by">Who has changed it; 0: nobody of the users.</param>
    /// <param name="asked">What was asked for.</param>
    /// <param name="before">As the group was.</param>
    public static SystemMessage? Of(int by, ChangeGroupRequest asked, StoredGroup before)
    {
        var policy = before.Policy;
        var group = new ChangeGroupRequest(0)
        {
            Name = asked.Name == before.Name ? null : asked.Name,
            Description = asked.Description == before.Description ? null : asked.Description,
            Avatar = asked.Avatar == policy.Avatar ? null : asked.Avatar,
            Joining = asked.Joining == policy.Joining ? null : asked.Joining,
            Sending = asked.Sending == policy.Sending ? null : asked.Sending,
            History = asked.History == policy.History ? null : asked.History,
            KeepDays = asked.KeepDays == policy.KeepDays ? null : asked.KeepDays,
        };
        return group == new ChangeGroupRequest(0) ? null : new SystemMessage(SystemMessage.Changed, by, []) { Group = group };
    }
}
