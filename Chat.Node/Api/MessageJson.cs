using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Chat.Node.Api;

/// <summary>How the messages of a request are read: what is around them first, and then each of them by itself.</summary>
sealed class MessageJson(IOptions<JsonOptions> json)
{
    readonly JsonSerializerOptions _around = new(json.Value.SerializerOptions) { Converters = { new AsItIs() } };

    /// <exception cref="JsonException">What is around the messages is wrong; they may be too.</exception>
    /// <exception cref="BadHttpRequestException">It is said to be something else than JSON.</exception>
    public ValueTask<T?> ReadAsync<T>(HttpRequest request) => request.HasJsonContentType()
        ? request.ReadFromJsonAsync<T>(_around, request.HttpContext.RequestAborted)
        : throw new BadHttpRequestException("\"Content-Type: application/json\" is expected", StatusCodes.Status415UnsupportedMediaType);

    public ReadMessage Read(JsonElement message) => ReadMessage.Of(message, json.Value.SerializerOptions);

    /// <summary>Nothing is looked at yet: names that are there twice, or are no text, are the message's own problem.</summary>
    sealed class AsItIs : JsonConverter<JsonElement>
    {
        public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

        public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => value.WriteTo(writer);
    }
}
