#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test, and ends with one line: N passed, N failed.
# test.sh --fast runs Chat.Tests alone, which needs nothing but dotnet. Other arguments go to dotnet test.
set -uo pipefail
cd "$(dirname "$0")"

solution=ChatActors.sln
projects=(Chat.Tests Chat.SystemTests)
if [ "${1-}" = --fast ]; then
  shift
  solution=Chat.Tests
  projects=(Chat.Tests)
fi

if ! command -v dotnet >/dev/null; then
  echo "test.sh needs the .NET 10 SDK (dotnet) on the PATH" >&2
  exit 2
fi

# The tests start a MariaDB, a Redis and an nginx of their own, and put nodes into networks of their own, whose links
# they cut (that needs root): only the programs have to be there.
# One per line: the file by which it is recognised, and the package of Debian.
missing=()
[ "$solution" = Chat.Tests ] || while read -r file package; do
  [ -e "$file" ] || missing+=("$package")
done <<'END'
/usr/sbin/mariadbd mariadb-server-core
/usr/bin/mariadb-install-db mariadb-server-core
/usr/bin/mariadb mariadb-client-core
/usr/bin/redis-server redis-server
/usr/sbin/nginx nginx-light
/usr/lib/nginx/modules/ngx_stream_module.so libnginx-mod-stream
/usr/sbin/ip iproute2
/usr/sbin/iptables iptables
END
if [ "${#missing[@]}" -gt 0 ]; then
  sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
  # Debian starts what it installs; nobody wants an nginx on port 80 for this. A policy that was there stays.
  policy=/usr/sbin/policy-rc.d
  if ! [ -e "$policy" ]; then
    trap '$sudo rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null && $sudo chmod 755 "$policy"
  fi
  { $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2 || {
    echo "test.sh could not install what the tests need: ${missing[*]}" >&2
    exit 2
  }
fi

# A long chaos run (CHAOS_SECONDS) does not hang.
hang="$(( 5 + ${CHAOS_SECONDS:-0} / 60 ))m"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

dotnet restore --locked-mode "$solution" || exit 1
dotnet build --no-restore "$solution" || exit 1
# One project after the other: tests of both kinds measure.
status=0
for project in "${projects[@]}"; do
  dotnet test --no-build "$project" --logger "trx;LogFileName=$project.trx" --results-directory "$results" \
    --blame-hang-timeout "$hang" "$@" || status=1
done

# The counters of the runner's own report: what is counted is what ran.
counters=$(grep -ho '<Counters [^>]*>' "$results"/*.trx 2>/dev/null)
count() { printf '%s\n' "$counters" | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | paste -sd+ - | awk -F+ "{s=0; for (i=1;i<=NF;i++) s+=\$i; print s}"; }
if [ -z "$counters" ]; then
  echo "0 passed, 1 failed"
  exit 1
fi
passed=$(count passed)
failed=$(( $(count total) - passed ))
# A run that was cut off has failed, whatever it counted before.
[ "$status" -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
