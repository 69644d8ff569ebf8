using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Chat.Node.Api;
using Chat.Node.Hosting;
using Chat.Node.Storage;
using Chat.Tests.Actors;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Tests.Api;

/// <summary>Tests that ask one node, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ApiCollection : ICollectionFixture<ApiNode>
{
    public const string Name = "api";
}

/// <summary>A whole node in this process, on free ports and a database of its own, and a client of its API.</summary>
public sealed class ApiNode : IAsyncLifetime, IDisposable
{
    /// <summary>Of the settings: it may do everything.</summary>
    public const string Key = "a-key-of-the-settings-that-is-long-enough";

    readonly TestFolder _folder = new();
    readonly string[] _settings;
    WebApplication? _app;
    FaultyDatabase? _database;

    public ApiNode()
        : this($"--Chat:Api:Keys:0={Key}")
    {
    }

    internal ApiNode(params string[] settings) => _settings = settings;

    /// <summary>What is different from a node as it is.</summary>
    internal Action<IServiceCollection>? Replace { get; init; }

    /// <summary>Another clock than the machine's.</summary>
    internal TimeProvider? Clock { get; init; }

    internal HttpClient Http { get; private set; } = null!;

    internal int ChatPort { get; private set; }

    /// <summary>Between the node and its database.</summary>
    internal FaultyDatabase Database => _database!;

    internal T Service<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    public async Task InitializeAsync()
    {
        string[] args =
        [
            "--Chat:Port=0", "--Chat:HttpPort=0", "--Chat:WebPort=", "--Chat:Cluster:Enabled=false", "--Chat:Accounts:PasswordIterations=1000",
            "--Logging:LogLevel:Default=None", "--Logging:LogLevel:Chat.Node=None", .. _folder.Storage, .. _settings,
        ];
        _app = ChatHost.Build(args, replace: Wrap);
        await _app.StartChatAsync();
        var address = Service<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Http = new HttpClient { BaseAddress = new Uri(address), Timeout = Eventually.Patience };
        ChatPort = Service<ChatListener>().Endpoints[0].Port;
    }

    internal async Task<Answer> AskAsync(HttpMethod method, string path, object? body = null, string? key = Key, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1{path}");
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        if (idempotencyKey is not null)
            request.Headers.Add(IdempotencyKey.Header, idempotencyKey);
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    internal Task<Answer> PostAsync(string path, object body, string? idempotencyKey = null) => AskAsync(HttpMethod.Post, path, body, idempotencyKey: idempotencyKey);

    internal Task<Answer> GetAsync(string path) => AskAsync(HttpMethod.Get, path);

    /// <summary>The id of a new user.</summary>
    internal async Task<int> NewUserAsync(string? name = null) =>
        (await Service<Accounts>().RegisterAsync(name ?? NewName(), "no hash"))!.Value;

    /// <summary>The id of a new group.</summary>
    internal async Task<int> NewGroupAsync(int creator, params int[] members)
    {
        var made = await PostAsync("/groups", new { name = NewName(), creator, members });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        return made.Json.GetProperty("id").GetInt32();
    }

    internal static string NewName() => $"n-{Guid.NewGuid():n}"[..20];

    public async Task DisposeAsync()
    {
        Http?.Dispose();
        if (_app is null)
            return;
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    void Wrap(IServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(IChatDatabase));
        Replace?.Invoke(services);
        services.AddSingleton<IChatDatabase>(provider => _database = new FaultyDatabase((IChatDatabase)real.ImplementationFactory!(provider)));
        if (Clock is { } clock)
            services.AddSingleton(clock);
    }
}

/// <summary>What the API has answered.</summary>
sealed record Answer(HttpStatusCode Status, string? MediaType, JsonElement Json, string? RetryAfter, string? Location)
{
    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(
            response.StatusCode, response.Content.Headers.ContentType?.MediaType, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement,
            response.Headers.RetryAfter?.ToString(), response.Headers.Location?.ToString());
    }

    public int Int(string key) => Json.GetProperty(key).GetInt32();

    public string Text(string key) => Json.GetProperty(key).GetString()!;

    /// <summary>It is a problem of RFC 9457 with our own members.</summary>
    public void AssertProblem(HttpStatusCode status, int errno, bool retry = false)
    {
        Assert.True(status == Status, $"{Status}: {Json}");
        Assert.Equal("application/problem+json", MediaType);
        Assert.Equal((int)status, Int("status"));
        Assert.Equal((errno, retry), (Int("errno"), Json.GetProperty("retry").GetBoolean()));
        Assert.NotEqual("", Text("detail"));
        Assert.StartsWith("https://", Text("type"), StringComparison.Ordinal);
        Assert.Equal(retry, RetryAfter is not null);
    }
}
