using System.Net.Security;
using Chat.Protocol;

namespace ChatActors.Client;

/// <summary>How a <see cref="ChatClient"/> behaves. Immutable; every property has a usable default.</summary>
public sealed record ChatClientOptions
{
    /// <summary>Servers of one cluster. The first that answers is used; after a lost connection the next has its turn.</summary>
    public IReadOnlyList<ChatEndpoint> Endpoints { get; init; } = [new("127.0.0.1")];

    /// <summary>What the hello announces, as <c>name/version</c>.</summary>
    public string ClientName { get; init; } = "chat-client/0.1.0";

    /// <summary>Whether to speak TLS from the first byte, to endpoints of TCP: the address of a WebSocket says so itself (<c>wss://</c>).</summary>
    public bool UseTls { get; init; }

    /// <summary>Decides about the server's certificate instead of the system's rules.</summary>
    public RemoteCertificateValidationCallback? ValidateCertificate { get; init; }

    /// <summary>
    /// Gives a token (JWT) of the product for the user who logs in with <see cref="ChatClient.LoginAsync(CancellationToken)"/>, or null when there is
    /// none any more. Asked at the login, when the token is about to expire, and when the server does not take the login any more. It has 15 s; if it
    /// fails it is asked again.
    /// </summary>
    public Func<CancellationToken, Task<string?>>? GetToken { get; init; }

    /// <summary>
    /// Where files are sent to and got from, such as <c>https://chat.example.com</c>; null: where the WebSocket is that the client is connected to. Needed with
    /// endpoints of TCP.
    /// </summary>
    public Uri? FilesAddress { get; init; }

    /// <summary>Sends and gets files; null: a client of our own, with the system's rules about certificates.</summary>
    public HttpClient? FilesClient { get; init; }

    /// <summary>The device that the program runs on: its id is made up once and kept. With it the user sees where it is logged in; null: it does not say.</summary>
    public LoginDevice? Device { get; init; }

    /// <summary>How long one attempt to connect may take, TLS included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A reply that is this late means that the connection is dead: the client reconnects.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The same for requests that carry a password, which a busy server may hash for a while.</summary>
    public TimeSpan PasswordReplyTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The first pause before something that was refused with <c>retry</c> is sent again; doubles up to
    /// <see cref="MaxRetryDelay"/>.
    /// </summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause before something is sent again.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The first pause before reconnecting; doubles up to <see cref="MaxReconnectDelay"/>.</summary>
    public TimeSpan FirstReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause before reconnecting.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How many posts may be on the wire without an answer.</summary>
    public int MaxUnacknowledged { get; init; } = 64;

    /// <summary>How many posts may wait in the client, those on the wire included; one more fails at once.</summary>
    public int MaxQueuedPosts { get; init; } = 10_000;

    /// <summary>
    /// How many messages are kept for an application that does not take them. More are left on the server and fetched
    /// from its history later; without a history the socket is not read.
    /// </summary>
    public int EventBuffer { get; init; } = 1024;

    /// <summary>How long a missing number may still arrive by itself before it is fetched from the history.</summary>
    public TimeSpan GapDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Received marks are sent at most this often per conversation.</summary>
    public TimeSpan MarkInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>What <see cref="ChatClient.GetState"/> returned in an earlier run, to go on from there.</summary>
    public ChatClientState? State { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
