using Chat.Node.Storage;
using Xunit;

namespace Chat.Tests.Storage;

public sealed class SchemaTroubleTests
{
    [Fact]
    public void Only_a_script_that_failed_is_named()
    {
        Assert.Equal("the schema script 001.sql failed: why", SchemaAge.Describe("001.sql", new IOException("why")));
        Assert.Equal("the schema could not be read: why", SchemaAge.Describe(null, new IOException("why")));
    }
}
