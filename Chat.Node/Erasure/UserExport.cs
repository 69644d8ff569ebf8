using System.Globalization;
using System.Text;
using System.Text.Json;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Erasure;

/// <summary>What is exported of a user, in this order.</summary>
enum ExportPart
{
    User,
    Contacts,
    Groups,
    Devices,
    Files,
    Conversations,
    Messages,
}

/// <summary>Where an export goes on.</summary>
/// <param name="Part">In which part.</param>
/// <param name="After">Behind what: an id, a rev, or a place in the walk through conversations.</param>
readonly record struct ExportPlace(ExportPart Part, ErasurePlace After)
{
    public static readonly ExportPlace Begin = new(ExportPart.User, ErasurePlace.Begin);

    /// <summary>As a client gives it back.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(int)Part}.{After.Stage}.{After.A}.{After.B}.{After.Seq}");

    /// <summary>Null: nobody was given that.</summary>
    public static ExportPlace? Parse(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 5 || !parts.All(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            return null;
        var numbers = Array.ConvertAll(parts, part => long.Parse(part, CultureInfo.InvariantCulture));
        return numbers[0] <= (int)ExportPart.Messages && numbers[1] < ErasedMessages.Stages && numbers[2] <= int.MaxValue && numbers[3] <= int.MaxValue
            ? new ExportPlace((ExportPart)numbers[0], new ErasurePlace((int)numbers[1], (int)numbers[2], (int)numbers[3], numbers[4]))
            : null;
    }
}

/// <summary>A part of an export: objects, and where the next part begins; null: that was all.</summary>
sealed record ExportPage(List<byte[]> Lines, ExportPlace? Next);

/// <summary>What <see cref="UserExport"/> reads.</summary>
sealed record ExportStores(UserDirectory Users, ContactBook Contacts, ContactLists Lists, DeviceStore Devices, FileStore Files);

/// <summary>All that is kept of a user, page by page: each is read for itself, and holds nobody up.</summary>
/// <param name="stores">What is no message.</param>
/// <param name="messages">Messages; null without a history.</param>
sealed class UserExport(ExportStores stores, MessageExport? messages)
{
    /// <summary>Entries that are read at once.</summary>
    public const int AtOnce = 200;

    /// <summary>Null: there is no such user.</summary>
    public async Task<ExportPage?> ReadAsync(int userId, ExportPlace place)
    {
        if (await stores.Users.FindAsync(userId) is not { } user)
            return null;
        return place.Part switch
        {
            ExportPart.User => new ExportPage([UserOf(user)], Behind(place)),
            ExportPart.Contacts => await ContactsAsync(userId, place),
            ExportPart.Groups => await GroupsAsync(userId, place),
            ExportPart.Devices => new ExportPage([.. (await stores.Devices.ListAsync(userId)).Select(DeviceOf)], Behind(place)),
            ExportPart.Files => await FilesAsync(userId, place),
            ExportPart.Conversations => messages is null ? new ExportPage([], null) : await messages.ConversationsAsync(userId, place),
            _ => messages is null ? new ExportPage([], null) : await messages.ReadAsync(userId, place),
        };
    }

    public static ExportPlace Behind(ExportPlace place) => new(place.Part + 1, ErasurePlace.Begin);

    /// <summary>Behind an id, or a rev.</summary>
    static long NumberOf(ExportPlace place) => place.After.Seq == ErasurePlace.End ? 0 : place.After.Seq;

    static ExportPlace At(ExportPlace place, long number) => place with { After = place.After with { Seq = number } };

    async Task<ExportPage> ContactsAsync(int userId, ExportPlace place)
    {
        var page = await stores.Contacts.ListAsync(userId, NumberOf(place), AtOnce, onlyBlocked: false);
        return new ExportPage([.. page.Contacts.Where(entry => entry.Contact is not { State: ContactState.None, IsBlocked: false }).Select(entry => ContactOf(entry.Contact))], page.HasMore ? At(place, page.Rev) : Behind(place));
    }

    async Task<ExportPage> GroupsAsync(int userId, ExportPlace place)
    {
        var page = await stores.Lists.GroupsAsync(userId, (int)NumberOf(place), AtOnce);
        return new ExportPage([.. page.Entries.Select(GroupOf)], page.HasMore ? At(place, page.Entries[^1].Id) : Behind(place));
    }

    /// <summary>Ids of files are no numbers: the place counts them.</summary>
    async Task<ExportPage> FilesAsync(int userId, ExportPlace place)
    {
        var from = (int)Math.Min(NumberOf(place), FileStore.MaxPerUser);
        var files = await stores.Files.OwnedAsync(userId, from, AtOnce);
        return new ExportPage([.. files.Select(FileOf)], files.Count == AtOnce ? At(place, from + AtOnce) : Behind(place));
    }

    static byte[] UserOf(DirectoryUser user) => Line("user", writer =>
    {
        writer.WriteNumber("id", user.Id);
        writer.WriteString("name", user.Name);
        Write(writer, "display", user.Display);
        Write(writer, "avatar", user.Avatar);
        Write(writer, "about", user.About);
        Write(writer, "issuer", user.Issuer);
        Write(writer, "subject", user.Subject);
        writer.WriteBoolean("disabled", user.IsDisabled);
    });

    static byte[] ContactOf(UserContact contact) => Line("contact", writer =>
    {
        writer.WriteNumber("id", contact.Id);
        writer.WriteString("state", contact.State.ToString().ToLowerInvariant());
        if (contact.IsBlocked)
            writer.WriteBoolean("blocked", true);
        Write(writer, "alias", contact.Alias);
        Write(writer, "note", contact.Note);
    });

    static byte[] GroupOf(GroupSummary group) => Line("group", writer =>
    {
        writer.WriteNumber("id", group.Id);
        writer.WriteString("name", group.Name);
        writer.WriteString("role", group.Role);
    });

    static byte[] DeviceOf(StoredDevice device) => Line("device", writer =>
    {
        writer.WriteString("device", device.Device);
        writer.WriteString("name", device.Name);
        writer.WriteString("platform", device.Platform);
        writer.WriteNumber("created", device.Created);
        writer.WriteNumber("seen", device.Seen);
        Write(writer, "push", device.Provider); // the token is a secret of the device
    });

    static byte[] FileOf(StoredFile file) => Line("file", writer =>
    {
        writer.WriteString("attachment", file.Id);
        writer.WriteString("name", file.Name);
        writer.WriteString("mime", file.Type);
        writer.WriteNumber("size", file.Size);
        writer.WriteString("sha256", Convert.ToHexStringLower(file.Sha256));
        writer.WriteBoolean("stored", file.IsStored);
    });

    static void Write(Utf8JsonWriter writer, string key, string? text)
    {
        if (text is not null)
            writer.WriteString(key, text);
    }

    /// <summary>An object with its type first.</summary>
    public static byte[] Line(string type, Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            write(writer);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>A push as a line: without its end, and with its type.</summary>
    public static byte[] Line(string type, ReadOnlySpan<byte> push) => [.. Encoding.ASCII.GetBytes($$"""{"type":"{{type}}","""), .. push.TrimEnd((byte)'\n')[1..]];
}
