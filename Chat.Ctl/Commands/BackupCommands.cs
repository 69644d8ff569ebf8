using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Chat.Ctl.Backups;

namespace Chat.Ctl.Commands;

/// <summary><c>backup check</c>: whether a copy of the database is whole. It asks no node.</summary>
static class BackupCommands
{
    const string Variable = "CHATCTL_DATABASE";

    public static Command Create(MakeLocalCommand makeLocal)
    {
        var file = new Option<string?>("--sqlite") { Description = "The file of a copy, like /backup/chat.db" };
        var connection = new Option<string?>("--connection-file") { Description = $"File with the connection string of a copy on MySQL or MariaDB; else the variable {Variable}" };
        var runningFile = new Option<string?>("--running-sqlite") { Description = "The file in use: says what the copy lacks" };
        var runningConnection = new Option<string?>("--running-connection-file") { Description = "File with the connection string of the database in use: says what the copy lacks" };
        var within = SecondsOption.Create("--within", "Seconds that the whole check may take", 600);
        return new Command("backup", "Copies of the database")
        {
            makeLocal(
                "check", "Whether a copy of the database is whole and fits together, and how far it is behind; changes nothing, asks no node",
                [file, connection, runningFile, runningConnection, within], async (parsed, cancelled) =>
                {
                    var seconds = parsed.GetValue(within);
                    using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
                    patience.CancelAfter(TimeSpan.FromSeconds(seconds));
                    try
                    {
                        // SQLite's driver blocks.
                        return await Task.Run(
                            async () =>
                            {
                                var environment = parsed.GetValue(file) is null ? Environment.GetEnvironmentVariable(Variable) : null;
                                await using var source = await OpenAsync(parsed.GetValue(file), parsed.GetValue(connection), environment, patience.Token)
                                    ?? throw new CtlException(ExitCode.WrongUsage, $"no database was named: --sqlite, --connection-file or {Variable}");
                                await using var running = await OpenAsync(parsed.GetValue(runningFile), parsed.GetValue(runningConnection), null, patience.Token);
                                var report = await new BackupCheck(source, patience.Token).RunAsync(running);
                                return new Answer(
                                    JsonSerializer.SerializeToElement(report, JsonSerializerOptions.Web), Shown(report, TimeProvider.System.GetUtcNow()), report.Whole ? ExitCode.Done : ExitCode.NotSafe);
                            },
                            CancellationToken.None);
                    }
                    catch (Exception e) when (patience.IsCancellationRequested && !cancelled.IsCancellationRequested && e is OperationCanceledException or DbException)
                    {
                        throw new CtlException(ExitCode.Unavailable, $"the check has not come to its end within {seconds} s: --within", e);
                    }
                    catch (DbException e)
                    {
                        throw BackupSource.Unreadable("the database", e);
                    }
                }),
        };
    }

    /// <summary>Pure: as people read it.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="now">The time.</param>
    internal static string Shown(BackupReport report, DateTimeOffset now)
    {
        var text = new StringBuilder();
        foreach (var fault in report.Faults)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"not whole: {fault.Meaning} ({fault.Count})");
            foreach (var example in fault.Examples)
                text.AppendLine(CultureInfo.InvariantCulture, $"  {example}");
        }

        foreach (var note in report.Notes)
            text.AppendLine(CultureInfo.InvariantCulture, $"note: {note}");
        text.AppendLine(CultureInfo.InvariantCulture, $"schema: {report.Schema}");
        text.AppendLine(CultureInfo.InvariantCulture, $"last sign of life of a node: {Time(report.Taken, now)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"newest message: {Time(report.NewestMessage, now)}");
        if (report.Behind is { } lag)
            text.AppendLine(CultureInfo.InvariantCulture, $"the running database has {lag.Messages} messages more, in {lag.Conversations} conversations; its newest: {Time(lag.NewestMessage, now)}");
        text.AppendLine(string.Join(", ", report.Rows.Select(rows => string.Create(CultureInfo.InvariantCulture, $"{rows.Key} {rows.Value}"))));
        return text.Append(report.Whole ? "whole" : "NOT whole: do not put it back as it is").ToString();
    }

    static string Time(long? milliseconds, DateTimeOffset now)
    {
        if (milliseconds is not { } value)
            return "none";
        var at = DateTimeOffset.FromUnixTimeMilliseconds(value);
        return string.Create(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd HH:mm:ss'Z'}, {(now - at).TotalMinutes:0} min ago");
    }

    /// <summary>Null: none was named. A connection string has a password: it is never an argument, which every user of the machine sees.</summary>
    static async Task<BackupSource?> OpenAsync(string? file, string? connectionFile, string? connection, CancellationToken cancelled)
    {
        if (file is not null && connectionFile is not null)
            throw new CtlException(ExitCode.WrongUsage, "a file of SQLite and a connection string were named: one of them is expected");
        if (file is not null)
            return await BackupSource.OpenFileAsync(file, cancelled);
        if (connectionFile is not null)
        {
            try
            {
                connection = await File.ReadAllTextAsync(connectionFile, cancelled);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CtlException(ExitCode.WrongUsage, $"the connection string cannot be read: {e.Message}", e);
            }
        }

        return string.IsNullOrWhiteSpace(connection) ? null : await BackupSource.OpenServerAsync(connection.Trim(), cancelled);
    }
}
