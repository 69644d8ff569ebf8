using Akka.Actor;
using Akka.TestKit;
using Chat.Node.Contracts;
using Chat.Node.Gateway;
using Chat.Node.Storage;
using Chat.Protocol;
using Chat.Tests.Actors;
using Xunit;

namespace Chat.Tests.Gateway;

/// <summary>A login with a wrong password does the same work, whether or not there is such an account, and whatever is stored for it.</summary>
public sealed class StrangersTests : SessionTest
{
    [Fact]
    public async Task A_wrong_password_has_one_answer_and_costs_one_hash_whoever_it_is_for()
    {
        var hashed = (await Accounts.RegisterAsync("dave", await Passwords.HashAsync("secret")))!.Value;
        var plain = (await Accounts.RegisterAsync("erin", "secret"))!.Value;
        var external = (await Accounts.RegisterAsync("frank", ExternalIdentities.NoPassword()))!.Value;
        var asked = new List<int>();
        Users.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            asked.Add(((CheckLogin)message).UserId);
            sender.Tell(new LoginChecked(true));
            return AutoPilot.KeepRunning;
        }));
        var logins = Services().Logins;

        foreach (var login in new LoginRequest[]
        {
            new(null, "dave", "wrong", null), new(hashed, null, "wrong", null), new(plain, null, "wrong", null), new(null, "erin", "wrong", null), new(external, null, "wrong", null),
            new(null, "nobody", "wrong", null), new(999_999, null, "wrong", null),
        })
        {
            foreach (var isModern in (bool[])[true, false])
            {
                var (before, count) = (Passwords.Checked, asked.Count);
                var outcome = await logins.LogInAsync(login, isModern);
                Assert.Equal((ErrorCode.Rejected, "id or password is invalid!"), (outcome.Error, outcome.Reason));
                Assert.Equal((before + 1, count + 1), (Passwords.Checked, asked.Count));
            }
        }

        Assert.Equal([hashed, plain, external], asked.Where(user => user > 0).Distinct());
        Assert.Equal(2, asked.Where(user => user < 0).Distinct().Count());
    }

    [Fact]
    public async Task Tries_for_a_user_who_is_not_there_are_counted_under_a_number_that_nobody_has()
    {
        var (here, there) = (new Strangers(new FileStore(Database, Clock)), new Strangers(new FileStore(Database, Clock)));
        var number = await here.NumberOfAsync(null, "nobody");
        Assert.True(number < 0);
        Assert.Equal(number, await here.NumberOfAsync(null, "Nobody")); // as names are compared
        Assert.Equal(number, await there.NumberOfAsync(null, "nobody")); // on every node
        Assert.NotEqual(number, await here.NumberOfAsync(null, "another"));
        Assert.NotEqual(await here.NumberOfAsync(7, null), await here.NumberOfAsync(8, null));
        Assert.Equal(await here.NumberOfAsync(7, "x"), await there.NumberOfAsync(7, "y"));
    }

    [Fact]
    public async Task Another_cluster_counts_them_under_another_number()
    {
        var here = await new Strangers(new FileStore(Database, Clock)).NumberOfAsync(null, "nobody");
        await Database.WriteAsync((connection, transaction) => Dapper.SqlMapper.ExecuteAsync(connection, "DELETE FROM FileFact WHERE name = 'strangers'", transaction: transaction));
        Assert.NotEqual(here, await new Strangers(new FileStore(Database, Clock)).NumberOfAsync(null, "nobody"));
    }
}
