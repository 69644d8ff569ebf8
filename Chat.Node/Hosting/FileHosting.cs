using Chat.Node.Files;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Node.Telemetry;
using Chat.Node.Web;

namespace Chat.Node.Hosting;

/// <summary>Files that users send: where they are kept, who gets them, and who deletes them.</summary>
static class FileHosting
{
    public static IServiceCollection AddChatFiles(this IServiceCollection services, ChatSettings settings)
    {
        services.AddSingleton(settings.Files);
        services.AddSingleton<FileStore>();
        services.AddSingleton<FileParts>();
        services.AddSingleton<IFileBytes>(provider => settings.Files.Bucket is { } bucket
            ? new S3Bucket(bucket, provider.GetRequiredService<FileStore>())
            : new FileFolder(settings.Files, provider.GetRequiredService<FileStore>()));
        services.AddSingleton<FileLinks>();
        services.AddSingleton<UploadDesk>();
        services.AddSingleton<FileUploads>();
        services.AddSingleton<FileEndpoint>();
        if (settings.Files.IsOn)
        {
            services.AddSingleton(provider => new FileSweeper(
                provider.GetRequiredService<FileStore>(), settings.KeepsHistory ? provider.GetRequiredService<MessageLogStore>() : null,
                provider.GetRequiredService<IFileBytes>(), provider.GetRequiredService<FileParts>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FileSweeper>>()));
            services.AddHostedService(provider => provider.GetRequiredService<FileSweeper>());
        }

        return services;
    }

    /// <summary>Once the database is ready: a place for files that is not the cluster's is said here, where it can be seen.</summary>
    public static async Task PrepareFilesAsync(this IServiceProvider services)
    {
        var desk = services.GetRequiredService<UploadDesk>();
        await desk.PrepareAsync();
        if (desk.Problem is { } problem)
            Log.FilesOff(services.GetRequiredService<ILogger<UploadDesk>>(), problem);
    }
}
