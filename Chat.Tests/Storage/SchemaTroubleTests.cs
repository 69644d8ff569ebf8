using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class SchemaTroubleTests
{
    [Fact]
    public void Only_a_script_that_failed_is_named()
    {
        Assert.Equal("chat.db cannot be the database (Chat:Storage:ConnectionString): the schema script 001.sql failed: why", SchemaAge.Describe("chat.db", "001.sql", new IOException("why")));
        Assert.Equal("chat.db cannot be the database (Chat:Storage:ConnectionString): its schema could not be read: why", SchemaAge.Describe("chat.db", null, new IOException("why")));
    }
}
