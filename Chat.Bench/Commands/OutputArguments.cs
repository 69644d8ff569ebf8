using System.CommandLine;

namespace Chat.Bench.Commands;

/// <summary>Where the result goes beside the table.</summary>
sealed class OutputArguments
{
    readonly Option<string?> _json = new("--json") { Description = "write the result to this file as JSON, - for standard output instead of the table" };
    readonly Option<string?> _html = new("--html") { Description = "write a report with plots to this file (one file, needs no network)" };

    public void AddTo(Command command)
    {
        command.Options.Add(_json);
        command.Options.Add(_html);
    }

    public OutputFiles Files(ParseResult parsed) => new(parsed.GetValue(_json), parsed.GetValue(_html));
}

/// <summary>Names of files, null: none.</summary>
sealed record OutputFiles(string? Json, string? Html)
{
    public bool IsJsonOnly => Json == "-";
}
