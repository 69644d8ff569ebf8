#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test, and ends with one line: N passed, N failed.
# test.sh --fast runs Chat.Tests alone, which needs nothing but dotnet. Parts of the system tests run beside each other; test.sh --serial
# runs one test after the other, which takes twice the time. Other arguments go to dotnet test, and run serially too.
set -uo pipefail
cd "$(dirname "$0")"

solution=ChatActors.sln
projects=(Chat.Tests Chat.SystemTests)
parallel=true
case "${1-}" in
  --fast)
    shift
    parallel=false
    solution=Chat.Tests
    projects=(Chat.Tests)
    ;;
  --serial)
    shift
    parallel=false
    ;;
esac
[ "$#" -eq 0 ] || parallel=false

if ! command -v dotnet >/dev/null; then
  echo "test.sh needs the .NET 10 SDK (dotnet) on the PATH" >&2
  exit 2
fi

sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
added="" memory=""
cleanup() {
  [ -z "$added" ] || $sudo rm -f "$added"
  [ -z "$memory" ] || rm -rf "$memory"
}

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
/usr/lib/galera/libgalera_smm.so galera-4
/usr/bin/redis-server redis-server
/usr/sbin/nginx nginx-light
/usr/lib/nginx/modules/ngx_stream_module.so libnginx-mod-stream
/usr/sbin/ip iproute2
/usr/sbin/iptables iptables
/usr/bin/chromium chromium
/usr/bin/systemd-analyze systemd
/usr/bin/tmux tmux
END
# Any Node runs what installs the packages of web/; the tests then run on the one that its lock file names.
[ "$solution" = Chat.Tests ] || { command -v npm >/dev/null && command -v node >/dev/null; } || missing+=(nodejs npm)
if [ "${#missing[@]}" -gt 0 ]; then
  # Debian starts what it installs; nobody wants an nginx on port 80 for this. A policy that was there stays.
  policy=/usr/sbin/policy-rc.d
  if ! [ -e "$policy" ]; then
    trap cleanup EXIT
    added=$policy
    printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null && $sudo chmod 755 "$policy"
  fi
  { $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2 || {
    echo "test.sh could not install what the tests need: ${missing[*]}" >&2
    exit 2
  }
fi

# A long chaos run (CHAOS_SECONDS) does not hang, and neither do tests that wait for a busy machine.
hang="$(( 20 + ${CHAOS_SECONDS:-0} / 60 ))m"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# A process of a test lives for seconds and compiles most of what it runs: without the guard of the pages that it compiles into, the start of
# a node costs a fifth less. What is counted of methods, to compile them better, does not pay in that time: another sixth. The product keeps both.
export DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

# The tests kill processes, never the machine: where there is memory enough their databases need no disk, whose every commit they
# would wait for. A run that has a TMPDIR keeps it.
if [ -z "${TMPDIR-}" ] && [ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)" -ge 6000000 ] 2>/dev/null &&
    [ "$(awk '/^MemAvailable/ {print $2}' /proc/meminfo 2>/dev/null)" -ge 10000000 ] 2>/dev/null; then
  trap cleanup EXIT
  memory=$(mktemp -d /dev/shm/chat-tests-XXXXXX) || memory=""
  # Some tests run programs of theirs there.
  { printf '#!/bin/sh\n' > "$memory/probe" && chmod +x "$memory/probe" && "$memory/probe"; } 2>/dev/null || { cleanup; memory=""; }
fi

dotnet restore --locked-mode "$solution" || exit 1
dotnet build --no-restore "$solution" || exit 1

# The system tests start a node a thousand times. One that is compiled ahead of time starts with two thirds of the work; where that
# cannot be had, they start the one that was just built.
if [ "$solution" != Chat.Tests ] && [ "$(uname -sm)" = "Linux x86_64" ]; then
  if dotnet publish Chat.Node -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -p:UseAppHost=false \
      -p:RunAnalyzers=false -p:RestoreLockedMode=false -o artifacts/node; then
    export CHATACTORS_NODE=$PWD/artifacts/node/Chat.Node.dll
  else
    echo "test.sh goes on without a node that is compiled ahead of time" >&2
  fi
fi

# Nodes that the tests start are sent signals: who runs this in the background, or with nohup, ignores some of them for everything below.
signals=$(env --default-signal=HUP,INT,QUIT true 2>/dev/null && echo --default-signal=HUP,INT,QUIT)

# run PROJECT REPORT [ARGUMENT...]
run() {
  local project=$1 report=$2
  shift 2
  env $signals ${memory:+TMPDIR="$memory"} dotnet test --no-build "$project" --logger "trx;LogFileName=$report.trx" --results-directory "$results" \
    --blame-hang-timeout "$hang" --blame-hang-dump-type none "$@"
}
# filter OPERATOR GLUE NAME...: an expression for dotnet test, by parts of the tests' full names
filter() {
  local operator=$1 glue=$2 text="" name
  shift 2
  for name in "$@"; do text+="${text:+$glue}FullyQualifiedName$operator$name"; done
  printf '%s' "$text"
}
# part NUMBER REPORT FILTER: system tests that run beside other parts, until join_parts
part() {
  TEST_PART=$1 run Chat.SystemTests "$2" --filter "$3" &
  jobs+=($!)
}
join_parts() {
  local job
  for job in "${jobs[@]}"; do wait "$job" || status=1; done
  jobs=()
}

status=0
jobs=()
if ! "$parallel"; then
  for project in "${projects[@]}"; do
    run "$project" "$project" "$@" || status=1
  done
else
  # Most system tests wait: for a node to be missed, for a database to be back. So parts of them run beside each other, each with ports of
  # its own (TEST_PART): three parts, then those with browsers in two, and what measures comes last, alone. What no list names is in the
  # third part: a new test is never left out.
  first=(Chat.SystemTests.Chaos EndToEnd.CrashTests EndToEnd.EventCrashTests EndToEnd.WebhookCrashTests Cluster.DeathTests)
  second=(Chat.SystemTests.EndToEnd)
  browser=(Web.PageTests)
  web=(Chat.SystemTests.Web)
  alone=(Chat.SystemTests.Bench BorderLoadTests ManyChannelsTests MemoryTrimTests SchedulingTests ClusterColdStartTests)
  others=$(filter '!~' '&' "${first[@]}" "${web[@]}" "${alone[@]}")
  run Chat.Tests Chat.Tests || status=1
  part 0 first "$(filter '~' '|' "${first[@]}")"
  part 1 second "$others&($(filter '~' '|' "${second[@]}"))"
  part 2 third "$others&$(filter '!~' '&' "${second[@]}")"
  join_parts
  part 0 browser "$(filter '~' '|' "${browser[@]}")"
  part 1 web "($(filter '~' '|' "${web[@]}"))&$(filter '!~' '&' "${browser[@]}")"
  join_parts
  run Chat.SystemTests alone --filter "$(filter '~' '|' "${alone[@]}")" || status=1
fi

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
