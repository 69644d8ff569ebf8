using Akka.Actor;
using Chat.Node.Contracts;

namespace Chat.Node.Conversations;

/// <summary>What arrives while the head or the members are being read: held, in order, and handled then.</summary>
sealed class HeldMessages
{
    const int MaxHeld = 1000;

    readonly List<(object Message, IActorRef Sender)> _held = [];

    /// <summary>Whether something is being read, as it is at the start.</summary>
    public bool IsHolding { get; private set; } = true;

    /// <summary>Holds a message that has just come; what is not held comes again: every hop repeats what is not answered.</summary>
    public void Hold(object message, IActorRef sender)
    {
        if (_held.Count < MaxHeld)
            _held.Add((message, sender));
    }

    /// <summary>Holds a message that was taken already, whatever is held, and what comes from now on.</summary>
    public void HoldAgain(object message, IActorRef sender)
    {
        _held.Add((message, sender));
        IsHolding = true;
    }

    /// <summary>
    /// Handles what was held, in order, until a message wants something to be read again: then what is behind it stays held. That reading begins
    /// after all of them have come, so it is one for all who have asked for one.
    /// </summary>
    public void HandleAll(Action<object, IActorRef> handle)
    {
        var held = _held.ToArray();
        _held.Clear();
        IsHolding = false;
        foreach (var (message, sender) in held)
        {
            if (IsHolding)
                _held.Add((message is ReloadMembers ? MembersReloaded.Instance : message, sender));
            else
                handle(message, sender);
        }
    }

    /// <summary>Takes the posts, which are to be refused; copies are dropped, because they come again by themselves.</summary>
    public List<(Post Post, IActorRef Sender)> TakePosts()
    {
        var posts = new List<(Post Post, IActorRef Sender)>();
        foreach (var (message, sender) in _held)
        {
            if (message is Post post)
                posts.Add((post, sender));
        }

        _held.RemoveAll(held => held.Message is Post or Import);
        return posts;
    }
}
