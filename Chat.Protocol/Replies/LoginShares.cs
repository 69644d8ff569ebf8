namespace Chat.Protocol;

/// <summary>What of a login's lists fits into its ack: indexes of friends and groups, and how many members each of these groups keeps.</summary>
/// <param name="Friends">The friends.</param>
/// <param name="Groups">The groups.</param>
/// <param name="Members">For each of <paramref name="Groups"/>.</param>
readonly record struct LoginShares(IReadOnlyList<int> Friends, IReadOnlyList<int> Groups, IReadOnlyList<int> Members)
{
    /// <summary>
    /// Friends and the groups themselves come first, and neither list can take more than half from the other. What is left goes
    /// to the members: a small group is listed whole, the large ones share the rest, so that none hides another.
    /// </summary>
    /// <param name="friends">The bytes of each friend.</param>
    /// <param name="groups">The bytes of each group without its members.</param>
    /// <param name="members">The bytes of each member of each group.</param>
    /// <param name="room">All the bytes that there are.</param>
    /// <param name="skips">Whether what comes behind an entry that does not fit is taken; else the list ends there, so that a page can go on behind it.</param>
    public static LoginShares Of(IReadOnlyList<int> friends, IReadOnlyList<int> groups, IReadOnlyList<IReadOnlyList<int>> members, int room, bool skips)
    {
        var takenFriends = Fitting(friends, Math.Max(room / 2, room - groups.Sum()), skips, out var friendBytes);
        var takenGroups = Fitting(groups, room - friendBytes, skips, out var groupBytes);
        var counts = new int[takenGroups.Count];
        var left = room - friendBytes - groupBytes;
        var waiting = takenGroups.Count;
        foreach (var place in Enumerable.Range(0, takenGroups.Count).OrderBy(place => members[takenGroups[place]].Sum()))
        {
            counts[place] = Fitting(members[takenGroups[place]], left / waiting--, skips: false, out var used).Count;
            left -= used;
        }

        return new LoginShares(takenFriends, takenGroups, counts);
    }

    static List<int> Fitting(IReadOnlyList<int> sizes, int room, bool skips, out int used)
    {
        used = 0;
        var taken = new List<int>(sizes.Count);
        for (var i = 0; i < sizes.Count; i++)
        {
            if (used + sizes[i] <= room)
            {
                used += sizes[i];
                taken.Add(i);
            }
            else if (!skips)
            {
                break;
            }
        }

        return taken;
    }
}
