using System.Text;
using Chat.Client.Terminal;
using Chat.Protocol;
using Chat.SystemTests.EndToEnd;
using Chat.Tests.Support;
using ChatActors.Client;
using Xunit;

namespace Chat.SystemTests.Terminals;

/// <summary>Files that are sent with the console, with a real node.</summary>
[Collection(NodeCollection.Name)]
public sealed class SendFileTests : IAsyncLifetime, IDisposable
{
    readonly TestFolder _folder = new();

    TestNode Node { get; set; } = null!;

    public async Task InitializeAsync() => Node = await TestNode.StartAsync(_folder, $"--Chat:Files:Folder={Path.Combine(_folder.Path, "files")}");

    public async Task DisposeAsync() => await Node.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_arrives_with_its_name_and_its_bytes_and_is_named_on_both_sides()
    {
        var path = Path.Combine(_folder.Path, "a plan.txt");
        await File.WriteAllTextAsync(path, "meet at five");
        await using var bob = new ChatClient(new() { Endpoints = [new(new Uri($"ws://127.0.0.1:{Node.WebPort}/ws"))] });
        await bob.ConnectAsync();
        await bob.RegisterAsync("bob-files", "secret");
        await bob.LoginAsync("bob-files", "secret");

        var output = await RunAsync($"/register ann-files pw\n/login ann-files pw\n/to bob-files\n/send {path}\n/history bob-files\n/list\n/quit\n", "--files", $"http://127.0.0.1:{Node.WebPort}/");

        Assert.Contains("you → bob-files: [a plan.txt, 12 B]", output, StringComparison.Ordinal);
        Assert.Contains("[a plan.txt, 12 B] ✓", output, StringComparison.Ordinal);
        Assert.Contains("you: [a plan.txt, 12 B]", output, StringComparison.Ordinal);
        var ann = (await bob.FindUserAsync("ann-files"))!.Id;
        var message = Assert.Single((await bob.FetchHistoryAsync(ConversationId.Direct(ann, bob.UserId!.Value))).Messages);
        var file = Assert.Single(message.Attachments);
        Assert.Equal(("a plan.txt", "text/plain", 12), (file.Name, file.Type, file.Size));
        using var content = new MemoryStream();
        await bob.DownloadAsync(file, content);
        Assert.Equal("meet at five", Encoding.UTF8.GetString(content.ToArray()));
    }

    [Fact]
    public async Task What_cannot_be_sent_is_named_and_nothing_is_sent()
    {
        var path = Path.Combine(_folder.Path, "note.txt");
        await File.WriteAllTextAsync(path, "x");
        await using var other = await Node.LogInNewAsync();

        var output = await RunAsync(
            $"/register cid-files pw\n/login cid-files pw\n/send {path}\n/to {other.Name}\n/send {path}.missing\n/send {_folder.Path}\n/send {path}\n/history {other.Name}\n/quit\n");

        Assert.Contains("to whom? /to WHO first", output, StringComparison.Ordinal);
        Assert.Contains($"there is no file \"{path}.missing\"", output, StringComparison.Ordinal);
        Assert.Contains($"\"{_folder.Path}\" is a folder", output, StringComparison.Ordinal);
        Assert.Contains("where are files?", output, StringComparison.Ordinal); // nobody has said the web address
        Assert.Contains("there are no messages", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_files_of_a_message_are_saved_beside_what_is_there_and_nowhere_else()
    {
        await using var bob = new ChatClient(new() { Endpoints = [new(new Uri($"ws://127.0.0.1:{Node.WebPort}/ws"))] });
        await bob.ConnectAsync();
        await bob.RegisterAsync("bob-saves", "secret");
        await bob.LoginAsync("bob-saves", "secret");
        await using var dan = await Node.LogInNewAsync();
        var (first, second) = (await UploadAsync("..evil.txt", "one"), await UploadAsync("plan.txt", "two"));
        var sent = await bob.SendToUserAsync(dan.UserId, "", [first, second]);
        var plain = await bob.SendToUserAsync(dan.UserId, "no files");
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "saved")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "plan.txt"), "mine");

        var output = await RunAsync(
            $"/login {dan.Name} secret\n/save bob-saves {sent.Seq} {folder}\n/save bob-saves {plain.Seq} {folder}\n/save bob-saves {plain.Seq + 1} {folder}\n/save bob-saves {sent.Seq} {folder}x\n/quit\n",
            "--files", $"http://127.0.0.1:{Node.WebPort}/");

        Assert.Contains($"saved {Path.Combine(folder, "evil.txt")}, {Path.Combine(folder, "plan (1).txt")}", output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains($"message {plain.Seq} has no files", output, StringComparison.Ordinal);
        Assert.Contains($"there is no message {plain.Seq + 1} here", output, StringComparison.Ordinal);
        Assert.Contains($"there is no folder \"{folder}x\"", output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal(["evil.txt", "plan (1).txt", "plan.txt"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["one", "two", "mine"], new[] { "evil.txt", "plan (1).txt", "plan.txt" }.Select(name => File.ReadAllText(Path.Combine(folder, name))));

        Task<MessageAttachment> UploadAsync(string name, string text) => bob.UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), name, "text/plain");
    }

    [Fact]
    public async Task A_member_of_a_group_is_mentioned_by_name()
    {
        await using var eve = await Node.LogInNewAsync();

        var output = await RunAsync(
            $"/register fay-mentions pw\n/login fay-mentions pw\n/create mentioning\n/add mentioning {eve.Name}\n/to mentioning\nfor @{eve.Name.ToUpperInvariant()}, not @{eve.Name}x or @nobody\n/quit\n");

        Assert.Contains("you → mentioning: for @", output, StringComparison.Ordinal);
        await using var reader = new ChatClient(new() { Endpoints = [new(new Uri($"ws://127.0.0.1:{Node.WebPort}/ws"))] });
        await reader.ConnectAsync();
        await reader.LoginAsync(eve.Name, "secret");
        var group = Assert.Single((await reader.ListGroupsAsync()).Entries, entry => entry.Name == "mentioning");
        var message = Assert.Single((await reader.FetchHistoryAsync(ConversationId.Group(group.Id))).Messages, one => one.System is null);
        Assert.Equal([eve.UserId], message.References.Mentions);
    }

    async Task<string> RunAsync(string commands, params string[] options)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader(commands);
        await new CommandLineProgram(input, output, error).RunAsync(["--endpoint", $"127.0.0.1:{Node.Port}", .. options]);
        Assert.Equal("", error.ToString());
        return output.ToString();
    }
}
