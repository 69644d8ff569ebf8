namespace Chat.Node.Hosting;

/// <summary>
/// What has to be known before there is a host: read from the same places, in the same order. What is wrong with a setting is said later,
/// by <see cref="ChatSettings"/>.
/// </summary>
static class EarlySettings
{
    public static IConfiguration Read(string[] args) => new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory)
        .AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().AddCommandLine(args).Build();
}
