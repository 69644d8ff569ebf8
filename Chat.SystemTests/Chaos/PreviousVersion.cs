using Chat.Checker.Processes;
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

    /// <summary>
    /// Its <c>Chat.Node.dll</c>. A clone without the history has no version before: there the drill is one from this version to itself, and says so.
    /// </summary>
    public static async Task<string> BuildAsync(Action<string> say)
    {
        var (program, built) = (Path.Combine(Folder, "artifacts/bin/Chat.Node/release/Chat.Node.dll"), Path.Combine(Folder, "built"));
        if (File.Exists(built))
            return program;
        var (isMissing, _) = await Shell.OutputAsync(["git", "-C", Repository.Root, "cat-file", "-e", $"{Commit}^{{commit}}"], Patience);
        if (isMissing != 0)
        {
            say($"this clone has no commit {Commit}, the version before that this one is tested beside: fetch the whole history (git fetch --unshallow)");
            return NodeLaunch.BuiltProgram;
        }

        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder);
        await DoneAsync("sh", "-c", "git -C \"$1\" archive \"$2\" | tar -x -C \"$3\"", "sh", Repository.Root, Commit, Folder);
        await DoneAsync("dotnet", "build", Path.Combine(Folder, "Chat.Node"), "-c", "Release", "--disable-build-servers", "-p:RunAnalyzers=false", "-p:RestoreLockedMode=false");
        Assert.True(File.Exists(program), $"there is no {program}");
        await File.WriteAllTextAsync(built, "");
        return program;
    }

    static async Task DoneAsync(params string[] command)
    {
        var (exit, said) = await Shell.OutputAsync(command, Patience);
        Assert.True(exit == 0, said);
    }
}
