#!/usr/bin/env bash
# Shows Pier at work: three people chat through a server, over a socket; the server keeps what is said in an archive, and
# the archive is printed, field names and all, by a command that has never heard of a chat.
#
#   scripts/demo.sh            takes no arguments
#
# Installs and builds what is missing first, and asks nothing.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

case $* in
'') ;;
--help)
    usage
    exit 0
    ;;
*)
    usage >&2
    exit 2
    ;;
esac

need_packages build
PIER_BUILD_TARGETS='pier_command chat_server chat_client' build_preset release
samples=build/release/examples
work=build/demo
archive=$work/chat.pier
rm -rf "$work"
mkdir -p "$work"

"$samples/chat_server" tcp://127.0.0.1:0 "$archive" >"$work/server.out" 2>"$work/server.err" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT

# The system chose the port; the server's one line says which.
endpoint=
for ((tries = 0; tries < 100; tries++)); do
    endpoint=$(sed -n 's/^listening on //p' "$work/server.err")
    [[ -z $endpoint ]] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
[[ -n $endpoint ]] || die "the server did not start: $(cat "$work/server.err")"
say "a server listens at $endpoint and keeps $archive"

# Waits, 10 seconds at most, until the server has told of three who joined.
everybody_is_here() {
    local tries
    for ((tries = 0; tries < 200; tries++)); do
        (($(grep -c '^joined: ' "$work/server.out") < 3)) || return 0
        sleep 0.05
    done
}

# talk NAME LINES (PAUSE LINE)…: one person, who waits, says a line, waits, …, and stays until the others have said LINES
# lines; what the others say is printed.
talk() {
    local name=$1 lines=$2
    shift 2
    {
        everybody_is_here
        while (($# > 0)); do
            sleep "$1"
            printf '%s\n' "$2"
            shift 2
        done
    } | "$samples/chat_client" "$endpoint" "$name" "$lines" | sed -u "s/^/  $name reads | /"
}

say "Anna, Ben and Carla chat; each reads what the others say"
talk Anna 4 0.2 'Good morning! Who is at the pier?' 1.2 'The 9:40 ferry is late again.' 1.6 'See you there. ⚓' &
anna=$!
talk Ben 5 0.6 'Me, with the mail.' 1.2 'How late?' &
ben=$!
talk Carla 5 1.0 'And me. Coffee is ready.' 1.6 'Twenty minutes, says the harbour.' &
carla=$!
{ wait "$anna" && wait "$ben" && wait "$carla"; } || die "a client ended badly"

kill -TERM "$server"
wait "$server" || die "the server ended badly: $(cat "$work/server.err")"
trap - EXIT

say "what the server kept: build/release/bin/pier dump $archive"
build/release/bin/pier dump "$archive" | tee "$work/dump.json"
records=$(wc -l <"$work/dump.json")
((records == 7)) || die "7 lines were said, and the archive has $records"
say "$records records crossed the socket and came back from the disk"
