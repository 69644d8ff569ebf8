using System.Net;
using System.Security.Cryptography;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Chat.Node.Settings;
using Chat.Node.Storage;
using Chat.Protocol;

namespace Chat.Node.Files;

/// <summary>
/// The bytes of files, in a bucket: an object each, named as in a <see cref="FileFolder"/>, with the same mark, so that the one may be copied to the other.
/// Whatever the server says, or does not say, is a <see cref="StorageException"/>: the client tries again.
/// </summary>
sealed class S3Bucket : IFileBytes, IDisposable
{
    /// <summary>Beside the time for an answer, for each byte that is sent.</summary>
    public const int SlowestBytesPerSecond = 128 * 1024;

    const string MarkName = "chatactors-files";
    const int MaxMarkBytes = 1024;

    readonly S3Settings _settings;
    readonly FileStore _store;
    readonly AmazonS3Client _client;
    volatile bool _isKnown;

    public S3Bucket(S3Settings settings, FileStore store)
    {
        (_settings, _store) = (settings, store);
        var config = new AmazonS3Config
        {
            ForcePathStyle = settings.PathStyle,
            MaxErrorRetry = 1,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, // not every server knows them, and the bytes have a hash of their own
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (settings.Endpoint is { } endpoint)
            (config.ServiceURL, config.AuthenticationRegion) = (endpoint.ToString(), settings.Region);
        else
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region);
        _client = new AmazonS3Client(new BasicAWSCredentials(settings.AccessKey, settings.SecretKey), config);
    }

    public void Dispose() => _client.Dispose();

    public async Task CheckAsync()
    {
        try
        {
            await ReadMarkAsync();
        }
        catch (StorageException e) when (e.InnerException is AmazonS3Exception cause && WrongSetting(cause) is { } setting)
        {
            throw new SettingsException($"Chat:Files:S3:{setting} is wrong, says the server of the files: {cause.ErrorCode}");
        }
        catch (StorageException)
        {
            // the server may be there later
        }
    }

    public async Task<string?> ProblemAsync(bool makes)
    {
        if (_isKnown)
            return null;
        var known = await _store.FactAsync("folder");
        var found = await ReadMarkAsync();
        if (known is null && !makes)
            return null;
        if (known is null && found is null)
        {
            // In the bucket first: a put that fails leaves nothing that a later try would take for another bucket. Two nodes at once: one of the marks stays.
            var own = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            await PutAsync(new PutObjectRequest { Key = MarkName, ContentBody = own, IfNoneMatch = "*" }, own.Length, default);
            found = await ReadMarkAsync() ?? throw new StorageException("files: the server of the files has not kept the mark");
        }

        known ??= await _store.FactAsync("folder", found!);
        _isKnown = found == known;
        return _isKnown ? null : $"Chat:Files:S3:Bucket {_settings.Bucket} is not where the other nodes of this database have their files: all need the same place";
    }

    public Task FinishAsync(string part, StoredFile file, CancellationToken cancelled) => PutAsync(
        new PutObjectRequest { Key = KeyOf(file.Id), FilePath = part, ContentType = "application/octet-stream" }, file.Size, cancelled);

    public async Task<Stream?> OpenAsync(StoredFile file, ByteRange range, CancellationToken cancelled)
    {
        var request = new GetObjectRequest { BucketName = _settings.Bucket, Key = KeyOf(file.Id) };
        if (range.Length < file.Size)
            request.ByteRange = new Amazon.S3.Model.ByteRange(range.From, range.From + range.Length - 1);
        var response = await RunAsync(0, stop => _client.GetObjectAsync(request, stop), cancelled);
        if (response is null || response.ContentLength == range.Length)
            return response?.ResponseStream;
        response.Dispose();
        return null;
    }

    public Task DeleteAsync(string id) =>
        RunAsync(0, stop => _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = _settings.Bucket, Key = KeyOf(id) }, stop));

    async Task PutAsync(PutObjectRequest request, long size, CancellationToken cancelled)
    {
        (request.BucketName, request.UseChunkEncoding) = (_settings.Bucket, false); // as a whole, with its length: not every server takes pieces
        if (await RunAsync(size, stop => _client.PutObjectAsync(request, stop), cancelled) is null)
            throw new StorageException("files: the server of the files has no place for this one");
    }

    Task<string?> ReadMarkAsync() => RunAsync(0, async stop =>
    {
        using var response = await _client.GetObjectAsync(new GetObjectRequest { BucketName = _settings.Bucket, Key = MarkName }, stop);
        using var reader = new StreamReader(response.ResponseStream);
        var text = new char[MaxMarkBytes];
        var count = await reader.ReadBlockAsync(text, stop);
        return new string(text, 0, count).Trim();
    });

    /// <summary>Null: there is no such object.</summary>
    /// <param name="bytes">So many are sent.</param>
    /// <param name="ask">The request.</param>
    /// <param name="cancelled">Nobody waits any more.</param>
    async Task<T?> RunAsync<T>(long bytes, Func<CancellationToken, Task<T>> ask, CancellationToken cancelled = default)
        where T : class
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        stop.CancelAfter(TimeSpan.FromSeconds(_settings.TimeoutSeconds + ((double)bytes / SlowestBytesPerSecond)));
        try
        {
            return await ask(stop.Token);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket")
        {
            return null;
        }
        catch (OperationCanceledException e) when (!cancelled.IsCancellationRequested)
        {
            throw new StorageException($"files: no answer within {_settings.TimeoutSeconds} s", e);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or TimeoutException)
        {
            throw new StorageException($"files: {e.Message}", e);
        }
    }

    static string? WrongSetting(AmazonS3Exception e) => e.ErrorCode switch
    {
        "NoSuchBucket" or "InvalidBucketName" => "Bucket",
        "InvalidAccessKeyId" or "AccessDenied" => "AccessKey",
        "SignatureDoesNotMatch" => "SecretKey",
        "AuthorizationHeaderMalformed" or "PermanentRedirect" => "Region",
        _ => null,
    };

    static string KeyOf(string id) => FileRule.IsId(id) ? $"{id.Substring(FileRule.IdPrefix.Length, 2)}/{id}" : throw new ArgumentException("no id of a file", nameof(id));
}
