using Akka.Event;

namespace Chat.Node.Actors;

/// <summary>
/// Stands where Akka has its logger to standard output. What an actor system says after its loggers have ended goes there, whatever
/// <c>stdout-loglevel</c> says, and waits for whoever reads: the system did not end then before its time was over.
/// </summary>
sealed class SilentLogger : MinimalLogger
{
    protected override void Log(object message)
    {
        // The node's own logger had it, or is gone.
    }
}
