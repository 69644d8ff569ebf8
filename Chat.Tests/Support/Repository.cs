namespace Chat.Tests.Support;

/// <summary>The source tree that these tests were built from.</summary>
static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Every C# file of a project, path relative to the root, without generated ones.</summary>
    public static IEnumerable<string> Sources(string project) =>
        Directory.EnumerateFiles(Path.Combine(Root, project), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "artifacts"))
            .Order(StringComparer.Ordinal);

    /// <summary>What browsers load, and what its tests share: no package of others.</summary>
    public static IEnumerable<string> WebSources() =>
        new[] { "sdk", "chat", "chat-box", "operate", "test/support" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, "web", folder), "*.*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".js" or ".css" or ".html")
            .Select(file => Path.GetRelativePath(Root, file))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("node_modules"))
            .Order(StringComparer.Ordinal);

    /// <summary>Every document that people read.</summary>
    public static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(Root, "*.md"))
            .Concat(Directory.EnumerateFiles(Path.Combine(Root, "samples"), "*.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal);

    public static bool Has(string file) => Path.Exists(Path.Combine(Root, file));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ChatActors.sln")))
                return folder;
        }

        throw new InvalidOperationException($"no ChatActors.sln above {AppContext.BaseDirectory}");
    }
}
