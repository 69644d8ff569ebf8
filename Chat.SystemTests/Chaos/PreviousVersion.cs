using System.Diagnostics;
using Chat.SystemTests.Deployment;
using Chat.Tests.Support;
using Xunit;

namespace Chat.SystemTests.Chaos;

/// <summary>A node of before, built from the repository's own history. Once: it stays in <c>artifacts/</c>.</summary>
static class PreviousVersion
{
    /// <summary>Frozen: a cluster of this version has to go on with it. Put a released one here.</summary>
    const string Commit = "0b607f58";

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "previous", Commit);

    static readonly string Built = Path.Combine(Folder, "built");

    /// <summary>What is wrong with a clone that lacks the history; null: it has the version before, or has built it.</summary>
    public static string? Problem => File.Exists(Built) || IsThere(Commit)
        ? null
        : $"this clone has no commit {Commit}, the version before that this one is tested beside: fetch the whole history (git fetch --unshallow)";

    /// <summary>Its <c>Chat.Node.dll</c>.</summary>
    public static async Task<string> BuildAsync()
    {
        var program = Path.Combine(Folder, "artifacts/bin/Chat.Node/release/Chat.Node.dll");
        if (File.Exists(Built))
            return program;
        Assert.Null(Problem); // a drill with this version alone would say nothing
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder);
        await DoneAsync("sh", "-c", "git -C \"$1\" archive \"$2\" | tar -x -C \"$3\"", "sh", Repository.Root, Commit, Folder);
        await DoneAsync("dotnet", "build", Path.Combine(Folder, "Chat.Node"), "-c", "Release", "--disable-build-servers", "-p:RunAnalyzers=false", "-p:RestoreLockedMode=false");
        Assert.True(File.Exists(program), $"there is no {program}");
        await File.WriteAllTextAsync(Built, "");
        return program;
    }

    /// <summary>Whether this clone has a commit.</summary>
    public static bool IsThere(string commit)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", Repository.Root, "cat-file", "-e", $"{commit}^{{commit}}"]) { UseShellExecute = false, RedirectStandardError = true })!;
        git.StandardError.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0;
    }

    static async Task DoneAsync(params string[] command)
    {
        var (exit, said) = await Shell.OutputAsync(command, Patience);
        Assert.True(exit == 0, said);
    }
}

/// <summary>
/// A test beside the version before. In a clone without the history it is skipped, which a run shows; where <c>CI</c> is set it runs all the same, and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class HistoryFactAttribute : FactAttribute
{
    public HistoryFactAttribute() => Skip = SkipOf(PreviousVersion.Problem, Environment.GetEnvironmentVariable("CI"));

    /// <summary>Why it is skipped; null: it is not.</summary>
    public static string? SkipOf(string? problem, string? ci) => string.IsNullOrEmpty(ci) ? problem : null;
}
