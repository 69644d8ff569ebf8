using Chat.Node.Storage;

namespace Chat.Tests.Support;

static class Leases
{
    /// <summary>One that does not run out.</summary>
    public static NodeLease Endless()
    {
        var lease = new NodeLease(TimeProvider.System);
        lease.Renew(long.MaxValue / 2);
        return lease;
    }
}
