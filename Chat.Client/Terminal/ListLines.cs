using System.Globalization;
using System.Text.Json;
using Chat.Protocol;

namespace Chat.Client.Terminal;

/// <summary>What commands about people, devices, receipts and commands have brought: for programs as members of the result, for people as lines.</summary>
static class ListLines
{
    /// <summary>Nothing for other outcomes.</summary>
    public static void Write(Utf8JsonWriter json, CommandOutcome outcome)
    {
        switch (outcome)
        {
            case RelationsListed listed:
                JsonLines.WriteArray(json, "contacts", listed.Contacts, (_, entry) => WriteRelation(json, entry.Contact, entry.Name));
                break;
            case DevicesListed listed:
                JsonLines.WriteArray(json, "devices", listed.Devices, (_, device) => WriteDevice(json, device));
                break;
            case JoinRequestsListed listed:
                json.WriteNumber("groupid", listed.GroupId);
                JsonLines.WriteArray(json, "requests", listed.Requests, (_, request) =>
                {
                    json.WriteNumber("id", request.Id);
                    json.WriteString("name", request.Name);
                    json.WriteNumber("since", request.Since);
                });
                break;
            case ReceiptsShown shown:
                json.WriteNumber("members", shown.Receipts.Members);
                json.WriteNumber("received", shown.Receipts.Received);
                json.WriteNumber("read", shown.Receipts.Read);
                JsonLines.WriteArray(json, "who", shown.Receipts.Who, (_, reader) =>
                {
                    json.WriteNumber("id", reader.UserId);
                    json.WriteNumber("received", reader.Received);
                    json.WriteNumber("read", reader.Read);
                });
                json.WriteBoolean("more", shown.Receipts.HasMore);
                break;
            case HelpShown:
                JsonLines.WriteArray(json, "commands", CommandTable.All, (_, spec) =>
                {
                    json.WriteString("usage", spec.Usage);
                    json.WriteString("legacy", spec.LegacyUsage);
                    json.WriteString("summary", spec.Summary);
                });
                break;
            case ProfileShown { Profile: var profile }:
                json.WriteNumber("id", profile.Id);
                json.WriteString("name", profile.Name);
                json.WriteString("display", profile.Display);
                json.WriteString("avatar", profile.Avatar);
                json.WriteString("about", profile.About);
                break;
        }
    }

    /// <summary>Empty for other outcomes.</summary>
    /// <param name="outcome">What came of a command.</param>
    /// <param name="contacts">Who is known by name.</param>
    public static IEnumerable<string> For(CommandOutcome outcome, Contacts contacts) => outcome switch
    {
        RelationsListed { Contacts.Count: 0 } => ["nobody yet: /ask WHO asks somebody"],
        RelationsListed listed => listed.Contacts.Select(entry => TextOf(entry.Contact, entry.Name)),
        DevicesListed { Devices.Count: 0 } => ["no device has named itself: --device NAME does"],
        DevicesListed listed => listed.Devices.Select(TextOf),
        JoinRequestsListed { Requests.Count: 0 } => ["nobody asks"],
        JoinRequestsListed listed => listed.Requests.Select(request => $"  {request.Name} (id {request.Id}), since {TimeOf(request.Since)}"),
        ReceiptsShown shown => TextsOf(shown, contacts),
        ProfileShown { Profile: var profile } =>
        [
            $"{profile.Name} (id {profile.Id}){(profile.Display is { } display ? $", called {display}" : "")}",
            .. profile.About is { } about ? [$"  {about}"] : Array.Empty<string>(),
            .. profile.Avatar is { } avatar ? [$"  picture: {avatar}"] : Array.Empty<string>(),
        ],
        _ => [],
    };

    static IEnumerable<string> TextsOf(ReceiptsShown shown, Contacts contacts)
    {
        var receipts = shown.Receipts;
        yield return $"of {receipts.Members} members {receipts.Received} have #{shown.Seq}, {receipts.Read} have read it";
        foreach (var reader in receipts.Who)
            yield return $"  {contacts.NameOf(reader.UserId)}: {(reader.Read >= shown.Seq ? "read" : "received")}";
        if (receipts.HasMore)
            yield return "there are others";
    }

    static string TextOf(UserContact contact, string name)
    {
        var state = contact.State switch
        {
            ContactState.Asks => "asks to be your contact: /accept or /decline",
            ContactState.Asked => "was asked",
            ContactState.Contact => "contact",
            _ => "",
        };
        string[] words = [state, .. contact.IsBlocked ? ["blocked"] : Array.Empty<string>()];
        return $"  {name} (id {contact.Id}){(contact.Alias is { } alias ? $", {alias} to you" : "")}: {string.Join(", ", words.Where(word => word.Length > 0))}"
            + (contact.Note is { Length: > 0 } note ? $" ({note})" : "");
    }

    static string TextOf(UserDevice device) =>
        $"  {device.Id}{(device.Name.Length > 0 ? $"  {device.Name}" : "")}{(device.Platform.Length > 0 ? $"  {device.Platform}" : "")}  here last {TimeOf(device.Seen)}"
        + (device.IsHere ? ", this one" : "");

    static string TimeOf(long timestamp) =>
        DateTimeOffset.FromUnixTimeMilliseconds(timestamp).ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    static void WriteRelation(Utf8JsonWriter json, UserContact contact, string name)
    {
        json.WriteNumber("id", contact.Id);
        json.WriteString("name", name);
        json.WriteString("state", contact.State.ToString().ToLowerInvariant());
        json.WriteBoolean("blocked", contact.IsBlocked);
        if (contact.Alias is { } alias)
            json.WriteString("alias", alias);
        if (contact.Note is { } note)
            json.WriteString("note", note);
    }

    static void WriteDevice(Utf8JsonWriter json, UserDevice device)
    {
        json.WriteString("device", device.Id);
        json.WriteString("name", device.Name);
        json.WriteString("platform", device.Platform);
        json.WriteNumber("seen", device.Seen);
        json.WriteBoolean("here", device.IsHere);
    }
}
