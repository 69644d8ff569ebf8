using System.Runtime.InteropServices;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;

namespace Chat.Node.Hosting;

/// <summary>SIGHUP: the settings are read again. It is in the audit log like what is asked for over the API, if the database takes it.</summary>
sealed class ReloadSignal(ISettingsReload reload, AuditStore audit, NodeIdentity node, TimeProvider clock, ILogger<ReloadSignal> logger) : IHostedService, IDisposable
{
    PosixSignalRegistration? _registration;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true; // it would end the process
            _ = Task.Run(OnSignalAsync, CancellationToken.None);
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _registration?.Dispose();

    /// <summary>What the signal does.</summary>
    internal async Task OnSignalAsync()
    {
        var entry = await TryAsync(() => audit.AddAsync(new AuditEntry
        {
            At = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            KeyName = "SIGHUP",
            Operation = "reloadNode",
            Subject = "node/reload",
            Node = node.Name,
        }));
        var status = reload.Reload().Problem is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity;
        if (entry is { } id)
        {
            await TryAsync(async () =>
            {
                await audit.FinishAsync(id, status, "node/reload", "");
                return id;
            });
        }
    }

    /// <summary>Whoever is at the machine is not kept from it by a database that is away.</summary>
    async Task<long?> TryAsync(Func<Task<long>> write)
    {
        try
        {
            return await write();
        }
        catch (StorageException e)
        {
            ReloadLog.Unwritten(logger, e.Message);
            return null;
        }
    }
}
