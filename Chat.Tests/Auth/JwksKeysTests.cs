using System.Text;
using Chat.Node.Auth;
using Chat.Node.Settings;
using Chat.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Tests.Auth;

/// <summary>Keys behind a real web server that rotates them, goes down, and answers nonsense.</summary>
public sealed class JwksKeysTests : IAsyncLifetime, IDisposable
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    readonly ManualClock _clock = new();
    readonly TestIssuer _old = TestIssuer.WithRsa("old");
    readonly TestIssuer _new = TestIssuer.WithEc("new");
    readonly HttpClient _http = JwksKeys.NewClient();
    JwksServer _server = null!;
    TokenVerifier _verifier = null!;

    public async Task InitializeAsync()
    {
        _server = await JwksServer.StartAsync(_old);
        _verifier = VerifierOf(_http);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose()
    {
        _http.Dispose();
        _old.Dispose();
        _new.Dispose();
    }

    [Fact]
    public async Task The_keys_are_fetched_once_for_many_tokens()
    {
        Assert.Equal(0, _server.Requests);
        foreach (var verdict in await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => VerdictAsync(_old))))
            Assert.Equal(TokenVerdict.Valid, verdict);
        Assert.Equal(1, _server.Requests);
    }

    [Fact]
    public async Task A_new_key_is_found_when_a_token_names_it_and_at_most_once_a_minute()
    {
        await VerdictAsync(_old);
        _server.Give(_old, _new);
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_new));
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_old));
        Assert.Equal(2, _server.Requests);

        using var third = TestIssuer.WithRsa("third");
        _server.Give(_old, _new, third);
        _clock.Now += Minute - TimeSpan.FromSeconds(1);
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(third)); // a client that is told "wrong" logs out: this one comes again
        Assert.Equal(2, _server.Requests);
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(third));
        Assert.Equal(3, _server.Requests);
    }

    [Fact]
    public async Task Tokens_that_name_keys_which_nobody_has_do_not_make_more_requests()
    {
        await VerdictAsync(_old);
        Assert.Equal(TokenVerdict.Wrong, await VerdictAsync(_new)); // the set that was fetched for it does not have the key
        for (var i = 0; i < 30; i++)
        {
            using var madeUp = TestIssuer.WithEc($"made up {i}");
            Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(madeUp));
        }

        Assert.Equal(2, _server.Requests);
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_old));
    }

    [Fact]
    public async Task Who_takes_the_fetch_of_a_minute_does_not_log_out_those_with_a_new_key()
    {
        await VerdictAsync(_old);
        using var madeUp = TestIssuer.WithEc("made up");
        Assert.Equal(TokenVerdict.Wrong, await VerdictAsync(madeUp));
        _server.Give(_new);
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_new));
        _clock.Now += Minute;
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_new));
    }

    [Fact]
    public async Task A_key_that_is_not_known_stays_open_while_the_server_is_down_also_when_it_may_not_be_asked()
    {
        await VerdictAsync(_old);
        await _server.DownAsync();
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_new));
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_new));
        _clock.Now += Minute;
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_new));
    }

    [Fact]
    public async Task While_the_server_is_down_the_keys_that_are_known_stay_and_when_it_is_back_new_ones_are_found()
    {
        await VerdictAsync(_old);
        await _server.DownAsync();
        _clock.Now += JwksKeys.Age;
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_old));
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_new));

        _server.Give(_new);
        await _server.UpAsync();
        _clock.Now += Minute;
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_new));
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_old));
        _clock.Now += Minute;
        Assert.Equal(TokenVerdict.Wrong, await VerdictAsync(_old));
    }

    [Fact]
    public async Task Without_any_keys_nobody_can_say_and_the_server_is_asked_again_soon()
    {
        await _server.DownAsync();
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_old));
        await _server.UpAsync();
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_old));
        Assert.Equal(0, _server.Requests);
        _clock.Now += JwksKeys.FirstInterval;
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_old));
    }

    [Fact]
    public async Task A_key_that_was_withdrawn_is_not_good_for_ever()
    {
        await VerdictAsync(_old);
        _server.Give(_new);
        _clock.Now += JwksKeys.Age;

        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_old)); // this one is not held up: the keys are fetched beside it
        await Eventually.EqualAsync(TokenVerdict.Wrong, () =>
        {
            _clock.Now += Minute; // only a set that is fetched for the token makes it a wrong one
            return VerdictAsync(_old);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>not what you think</html>")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":[]}""")]
    [InlineData("""{"keys":[null,7,"x"]}""")]
    [InlineData("""{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"new"}]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"new"}]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","n":"%%%","e":"AQAB","kid":"new"}]}""")]
    [InlineData("""{"keys":[{"kty":"EC","crv":"P-256","x":"","y":"","kid":"new"}]}""")]
    public async Task An_answer_without_a_key_that_can_be_used_changes_nothing(string answer)
    {
        await VerdictAsync(_old);
        _server.GiveText(answer);
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_new));
        Assert.Equal(2, _server.Requests);
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_old));
    }

    [Fact]
    public async Task A_point_that_is_not_on_the_curve_is_no_key()
    {
        var jwk = _new.Jwk();
        jwk["x"] = TestIssuer.Part(new byte[32]);
        _server.GiveText(System.Text.Json.JsonSerializer.Serialize(new { keys = new[] { jwk, _old.Jwk() } }));
        Assert.Equal(TokenVerdict.Wrong, await VerdictAsync(_new));
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_old));
    }

    [Fact]
    public async Task A_set_with_too_many_keys_is_refused()
    {
        await VerdictAsync(_old);
        _server.Give([.. Enumerable.Repeat(_new, JwksDocument.MaxKeys + 1)]);
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_new));
        _clock.Now += Minute;
        _server.Give([.. Enumerable.Repeat(_new, JwksDocument.MaxKeys)]);
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_new));
    }

    [Fact]
    public async Task An_answer_that_is_too_large_or_without_an_end_is_given_up()
    {
        await VerdictAsync(_old);
        _server.Answer = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.WriteAsync(new string(' ', 65536), context.RequestAborted);
        };
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_new));
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(_old));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_not_waited_for_long()
    {
        using var impatient = JwksKeys.NewClient();
        impatient.Timeout = TimeSpan.FromMilliseconds(200);
        var verifier = VerifierOf(impatient);
        _server.Answer = async context => await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        Assert.Equal(TokenVerdict.Unknown, (await verifier.CheckAsync(TokenOf(_old))).Verdict);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await VerdictAsync(_old);
        await using var elsewhere = await JwksServer.StartAsync(_new);
        _server.Answer = context =>
        {
            context.Response.Redirect(elsewhere.Url.ToString());
            return Task.CompletedTask;
        };
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(_new));
        Assert.Equal(0, elsewhere.Requests);
    }

    [Fact]
    public async Task A_token_that_names_no_key_is_tried_with_all_and_then_with_new_ones()
    {
        using var nameless = TestIssuer.WithEc();
        _server.Give(_old, nameless);
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(nameless));
        using var rotated = TestIssuer.WithEc();
        _server.Give(_old, rotated);
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(rotated));
        Assert.Equal(2, _server.Requests);

        using var again = TestIssuer.WithEc();
        _server.Give(_old, again);
        Assert.Equal(TokenVerdict.Unknown, await VerdictAsync(again));
        _clock.Now += Minute;
        Assert.Equal(TokenVerdict.Valid, await VerdictAsync(again));
        _clock.Now += Minute;
        using var nobody = TestIssuer.WithEc();
        Assert.Equal(TokenVerdict.Wrong, await VerdictAsync(nobody));
    }

    [Fact]
    public async Task A_published_key_is_never_a_secret()
    {
        await VerdictAsync(_old);
        var text = $"{TestIssuer.Part("""{"alg":"HS256","kid":"old"}"""u8.ToArray())}.{TokenOf(_old).Split('.')[1]}";
        var forged = $"{text}.{TestIssuer.Part(System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(_old.Pem), Encoding.UTF8.GetBytes(text)))}";
        Assert.Equal(TokenVerdict.Wrong, (await _verifier.CheckAsync(forged)).Verdict);
    }

    async Task<TokenVerdict> VerdictAsync(TestIssuer issuer) => (await _verifier.CheckAsync(TokenOf(issuer))).Verdict;

    string TokenOf(TestIssuer issuer) => issuer.Token("7", _clock.Now, TimeSpan.FromHours(2));

    TokenVerifier VerifierOf(HttpClient http) => new(
        [TokenIssuer.Of(new IssuerSettings(_old.Name, TestIssuer.Audience, IssuerKeySource.Jwks, _server.Url.ToString(), 24), () => http, _clock, NullLogger.Instance)], _clock);
}
