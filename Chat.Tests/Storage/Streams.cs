using Akka.Actor;
using Akka.Streams;

namespace Chat.Tests.Storage;

/// <summary>Something to run streams on.</summary>
public sealed class Streams : IDisposable
{
    readonly ActorSystem _system = ActorSystem.Create("streams", "akka.loglevel = WARNING");

    public Streams() => Materializer = _system.Materializer();

    public IMaterializer Materializer { get; }

    public void Dispose() => _system.Dispose();
}
