using Akka.Configuration;
using Akka.Dispatch;

namespace Chat.Node.Actors;

/// <summary>
/// Runs sessions behind everything else that is ready. The pool's other work goes to the thread that made it, the latest first:
/// a session would run, and flush, for every single answer and push. Here it takes its place at the end of the common queue, and finds
/// in its mailbox what has gathered until then.
/// </summary>
sealed class SessionDispatcher(Config config, IDispatcherPrerequisites prerequisites) : MessageDispatcherConfigurator(config, prerequisites)
{
    /// <summary>The name of its section in the configuration.</summary>
    public const string Id = "chat.session-dispatcher";

    Dispatcher? _dispatcher;

    public override MessageDispatcher Dispatcher() => _dispatcher ??= new Dispatcher(
        this, Id, Config.GetInt("throughput"), throughputDeadlineTime: null, new QueueFactory(), Config.GetTimeSpan("shutdown-timeout"));

    sealed class QueueFactory : ExecutorServiceFactory
    {
        public override ExecutorService Produce(string id) => new CommonQueue(id);
    }

    sealed class CommonQueue(string id) : ExecutorService(id)
    {
        public override void Execute(IRunnable run) => ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);

        public override void Shutdown()
        {
            // the pool is the runtime's
        }
    }
}
