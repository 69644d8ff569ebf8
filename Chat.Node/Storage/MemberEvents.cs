using Chat.Protocol;

namespace Chat.Node.Storage;

/// <summary>What the product's own servers are told of a change of a group's members, in the order in which it is done. Pure.</summary>
static class MemberEvents
{
    /// <summary>An event that is to be written: <c>Data</c> is JSON.</summary>
    public readonly record struct Told(string Type, string Data);

    /// <param name="groupId">The group.</param>
    /// <param name="by">Who has done it; 0: nobody of the users.</param>
    /// <param name="differences">What has become of whom.</param>
    /// <param name="wants">Whether anybody wants to know of a type: nothing is put together for nobody.</param>
    public static IEnumerable<Told> Of(int groupId, int by, IReadOnlyList<MemberDifference> differences, Func<string, bool> wants)
    {
        int? actor = by > 0 ? by : null;
        Told?[] together =
        [
            Together(WebhookTypes.MemberUnbanned, difference => difference.Before.IsBanned && !difference.After.IsBanned, actor),
            Together(WebhookTypes.MemberJoined, difference => difference.HasJoined),
            Together(WebhookTypes.MemberLeft, difference => difference.HasLeft),
            Together(WebhookTypes.MemberRequested, difference => !difference.Before.HasAsked && difference.After.HasAsked),
            Together(WebhookTypes.MemberDeclined, EndsUnheard, actor),
            Together(WebhookTypes.MemberBanned, difference => !difference.Before.IsBanned && difference.After.IsBanned, actor),
        ];
        var told = together.OfType<Told>();
        return wants(WebhookTypes.MemberChanged)
            ? told.Concat(differences.Select(ChangeOf).OfType<MemberChangedData>().Select(data => new Told(WebhookTypes.MemberChanged, WebhookData.Of(data))))
            : told;

        Told? Together(string type, Func<MemberDifference, bool> isSo, int? who = null)
        {
            if (!wants(type))
                return null;
            int[] users = [.. differences.Where(isSo).Select(difference => difference.UserId)];
            return users.Length > 0 ? new Told(type, WebhookData.Of(new MembersData(groupId, users, who))) : null;
        }

        MemberChangedData? ChangeOf(MemberDifference difference)
        {
            var (userId, before, after) = difference;
            if (!after.IsMember)
                return null;
            var role = after.Role == (before.Role ?? GroupRole.Normal) ? null : after.Role;
            long? mutedUntil = after.MutedUntil == before.MutedUntil ? null : after.MutedUntil;
            return role is null && mutedUntil is null ? null : new MemberChangedData(groupId, userId, actor, role, mutedUntil);
        }
    }

    /// <summary>However a request ends but by being let in: who keeps a list of them needs to know, also where a ban ends it.</summary>
    static bool EndsUnheard(MemberDifference difference) => difference.Before.HasAsked && !difference.After.HasAsked && !difference.HasJoined;
}
