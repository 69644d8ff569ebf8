#!/bin/bash
# Asks the node in this container whether it is ready: exit 0 or 1. The image has neither curl nor wget, but bash, which
# speaks TCP itself; another process of .NET every few seconds would cost more than what it asks about.
exec 3<>"/dev/tcp/127.0.0.1/${Chat__HttpPort:-8080}" || exit 1
printf 'GET /health/ready HTTP/1.0\r\n\r\n' >&3
read -r -t 4 -u 3 _ status _ && [ "$status" = 200 ] || exit 1
