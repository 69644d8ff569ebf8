using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Chat.Tests.Support;

/// <summary>A connection over a pipe, which counts how often it is aborted. Nothing is read from it.</summary>
sealed class PipeConnection : DefaultConnectionContext
{
    public PipeConnection(string id = "c1", PipeWriter? output = null)
        : base(id) => Transport = new Duplex(output ?? new Pipe().Writer);

    public int Aborts { get; private set; }

    public override void Abort(ConnectionAbortedException abortReason) => Aborts++;

    sealed class Duplex(PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = new Pipe().Reader;

        public PipeWriter Output => output;
    }
}
