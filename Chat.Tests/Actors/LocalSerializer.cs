using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Serialization;

namespace Chat.Tests.Actors;

/// <summary>
/// For messages that never leave a process but cannot say so (requests know no Akka, and sharding's own): the "bytes"
/// name the object itself.
/// </summary>
sealed class LocalSerializer(ExtendedActorSystem system) : Serializer(system)
{
    static readonly ConcurrentDictionary<Guid, object> Objects = new();

    public override int Identifier => 9001;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj)
    {
        var key = Guid.NewGuid();
        Objects[key] = obj;
        return key.ToByteArray();
    }

    public override object FromBinary(byte[] bytes, Type type) => Objects[new Guid(bytes)];
}
