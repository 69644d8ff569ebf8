# The node as an image: docker build -t chatactors .
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /src
# Packages first: they change rarely, and this layer is kept.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY Chat.Protocol/Chat.Protocol.csproj Chat.Protocol/packages.lock.json Chat.Protocol/
COPY Chat.Node/Chat.Node.csproj Chat.Node/packages.lock.json Chat.Node/
RUN dotnet restore --locked-mode Chat.Node/Chat.Node.csproj
COPY sql/ sql/
COPY web/ web/
COPY Chat.Protocol/ Chat.Protocol/
COPY Chat.Node/ Chat.Node/
RUN dotnet publish Chat.Node/Chat.Node.csproj --no-restore -c Release -o /app -p:UseAppHost=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble
WORKDIR /app
COPY --from=build /app ./
COPY --chmod=755 deploy/healthcheck.sh ./
# The embedded database, for whoever starts one node without another; the rest of the image is never written to.
RUN mkdir data && chown "$APP_UID" data
VOLUME /app/data
# The user that comes with the image and is not root.
USER $APP_UID
# In a container loopback is of no use. Diagnostics would want a socket in /tmp, which may be read-only.
ENV Chat__Bind=0.0.0.0 \
    DOTNET_EnableDiagnostics=0
# chat, web, health; the cluster's own port, 4053, is for nodes only
EXPOSE 6000 8000 8080
# A start with an empty database takes some seconds, and up to a minute while the database starts too.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["./healthcheck.sh"]
# The node is process 1 and gets SIGTERM itself: it drains, which may take up to a minute (docker stop -t 60).
ENTRYPOINT ["dotnet", "Chat.Node.dll"]
