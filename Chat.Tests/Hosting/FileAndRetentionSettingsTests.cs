using Chat.Node.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Tests.Hosting;

/// <summary>Where files are, and how long messages are kept.</summary>
public sealed class FileAndRetentionSettingsTests
{
    static readonly string[] Bucket =
        ["Files:Store=s3", "Files:S3:Endpoint=https://files.example:9000", "Files:S3:Bucket=chat-files", "Files:S3:AccessKey=ak", "Files:S3:SecretKey=do-not-show"];

    [Fact]
    public void A_bucket_has_an_address_a_name_and_keys()
    {
        var bucket = Read(Bucket).Files.Bucket!;
        Assert.Equal((new Uri("https://files.example:9000"), "chat-files", "us-east-1", "ak", "do-not-show"), (bucket.Endpoint, bucket.Bucket, bucket.Region, bucket.AccessKey, bucket.SecretKey));
        Assert.Equal((true, 10), (bucket.PathStyle, bucket.TimeoutSeconds));
        Assert.Null(Read().Files.Bucket);
        Assert.Null(Read("Files:Store=local").Files.Bucket);
        Assert.DoesNotContain("do-not-show", Read(Bucket).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Chat:Files:Store is \"ftp\"", "Files:Store=ftp")]
    [InlineData("Chat:Files:S3 has no effect without Chat:Files:Store=S3", "Files:Store=local")]
    [InlineData("Chat:Files:S3:Endpoint is \"files\"", "Files:S3:Endpoint=files")]
    [InlineData("Chat:Files:S3:Bucket is missing", "Files:S3:Bucket=")]
    [InlineData("Chat:Files:S3:Bucket is \"Ab\"", "Files:S3:Bucket=Ab")]
    [InlineData("Chat:Files:S3:AccessKey is missing", "Files:S3:AccessKey=")]
    [InlineData("Chat:Files:S3:SecretKey is missing", "Files:S3:SecretKey=")]
    [InlineData("Chat:Files:S3:SecretKey has a character that cannot be sent", "Files:S3:SecretKey=do not show")]
    [InlineData("Chat:Files:S3:PathStyle is \"often\"", "Files:S3:PathStyle=often")]
    [InlineData("Chat:Files:S3:TimeoutSeconds is \"0\"", "Files:S3:TimeoutSeconds=0")]
    public void A_wrong_bucket_is_named_and_its_secret_is_not_shown(string expected, string setting)
    {
        var message = Assert.Throws<SettingsException>(() => Read([.. Bucket.Where(each => each.Split('=')[0] != setting.Split('=')[0]), setting])).Message;
        Assert.StartsWith(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("do not show", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Retention:Days=-1", "Chat:Retention:Days is \"-1\": expected is an integer from 0 to 36500")]
    [InlineData("Retention:Days=36501", "Chat:Retention:Days is \"36501\": expected is an integer from 0 to 36500")]
    [InlineData("Audit:Days=-1", "Chat:Audit:Days is \"-1\": expected is an integer from 0 to 36500")]
    [InlineData("Retention:Days=a week", "Chat:Retention:Days is \"a week\": expected is an integer from 0 to 36500")]
    public void A_time_that_nothing_is_kept_for_is_named(string setting, string expected) =>
        Assert.Equal(expected, Assert.Throws<SettingsException>(() => Read(setting)).Message);

    [Fact]
    public void What_is_kept_has_a_history()
    {
        Assert.Equal((0, 7), (Read().RetentionDays, Read("Retention:Days=7").RetentionDays));
        Assert.Equal((365, 0), (Read().AuditDays, Read("Audit:Days=0").AuditDays));
        Assert.Equal(
            "Chat:Retention:Days has no effect without Chat:History:Enabled=true", Assert.Throws<SettingsException>(() => Read("History:Enabled=false", "Retention:Days=7")).Message);
    }

    static ChatSettings Read(params string[] settings) => ChatSettings.Read(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(each => each.Split('=', 2)).Select(pair => KeyValuePair.Create<string, string?>($"Chat:{pair[0]}", pair[1])))
            .Build());
}
