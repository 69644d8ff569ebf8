#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test, and ends with one line: N passed, N failed.
set -uo pipefail
cd "$(dirname "$0")"

if ! command -v dotnet >/dev/null; then
  echo "test.sh needs the .NET 10 SDK (dotnet) on the PATH" >&2
  exit 2
fi

# A private MariaDB is started by the tests themselves; only the programs have to be there.
if ! [ -x /usr/sbin/mariadbd ] || ! [ -x /usr/bin/mariadb-install-db ]; then
  sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
  export DEBIAN_FRONTEND=noninteractive
  { $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends mariadb-server-core mariadb-client-core; } >&2 || {
    echo "test.sh could not install mariadb-server-core: the tests need mariadbd and mariadb-install-db" >&2
    exit 2
  }
fi

# The chaos tests put each node into a network namespace of its own and cut the links between them; that also needs root.
if ! command -v ip >/dev/null || ! command -v iptables >/dev/null; then
  sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
  export DEBIAN_FRONTEND=noninteractive
  { $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends iproute2 iptables; } >&2 || {
    echo "test.sh could not install iproute2 and iptables: the chaos tests need ip and iptables" >&2
    exit 2
  }
fi

# A long chaos run (CHAOS_SECONDS) does not hang.
hang="$(( 5 + ${CHAOS_SECONDS:-0} / 60 ))m"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

dotnet restore --locked-mode ChatActors.sln || exit 1
dotnet build --no-restore ChatActors.sln || exit 1
dotnet test --no-build ChatActors.sln --logger "trx;LogFileName=tests.trx" --results-directory "$results" \
  --blame-hang-timeout "$hang" "$@"
status=$?

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
