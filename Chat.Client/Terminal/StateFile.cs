using System.Text.Json;
using ChatActors.Client;

namespace Chat.Client.Terminal;

/// <summary>Keeps a <see cref="ChatClientState"/> between runs, so that a message is shown in one of them only.</summary>
sealed class StateFile(string? path)
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    long _savedAt;

    /// <summary>What was saved; null when there is nothing, or nothing readable.</summary>
    public static ChatClientState? Load(string? path)
    {
        if (path is null || !File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<ChatClientState>(File.ReadAllBytes(path));
        }
        catch (JsonException)
        {
            // Then the server's marks decide what is new.
            return null;
        }
    }

    /// <summary>Saves now and then while messages come.</summary>
    public void SaveSometimes(ChatClient client)
    {
        if (TimeProvider.System.GetElapsedTime(_savedAt) >= Interval)
            Save(client);
    }

    public void Save(ChatClient client)
    {
        if (path is null || client.GetState() is not { } state)
            return;
        _savedAt = TimeProvider.System.GetTimestamp();
        // A file that is being replaced is never half there.
        File.WriteAllBytes($"{path}.new", JsonSerializer.SerializeToUtf8Bytes(state));
        File.Move($"{path}.new", path, overwrite: true);
    }
}
