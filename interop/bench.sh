# Sourced by interop/run: starts both of our ends and their foreign peers, and checks what came of it.
#
# A test is a file of interop/tests. It is sourced in a subshell of its own, with a folder for its logs as $folder, and
# ends everything that it started. A check that fails is counted and the test goes on; any other command that fails
# ends its file, which counts as a failure.

# Seconds. Nothing that is awaited takes as long on a machine that does something else too.
patience=20

milliseconds() { echo $((${EPOCHREALTIME//[!0-9]/} / 1000)); }

record() { # ok|FAIL NAME BEGUN
    printf '%-4s %6d ms  %s\n' "$1" $(($(milliseconds) - $3)) "$2"
    echo "$1" >>"$results"
}

run_test() { # FILE
    local name status=0 begun
    name=$(basename "$1" .sh)
    begun=$(milliseconds)
    echo
    echo "== $name"
    (
        set -euo pipefail
        folder=$PWD/artifacts/interop/$name
        mkdir -p "$folder"
        started=()
        trap finish EXIT
        # shellcheck disable=SC1090
        . "$1"
    ) || status=$?
    [ "$status" -eq 0 ] || record FAIL "$name ended with status $status" "$begun"
}

# Another set of ends within a test, with a folder of its own: leg NAME
leg() {
    finish
    trap finish EXIT
    started=()
    folder=${top:=$folder}/$1
    mkdir -p "$folder"
}

# Ends what the test has started, the last first.
finish() {
    local index
    trap - EXIT
    for ((index = ${#started[@]} - 1; index >= 0; index--)); do
        kill "${started[index]}" 2>/dev/null || true
        wait "${started[index]}" 2>/dev/null || true
    done
}

# COMMAND has to succeed within our patience; it is tried again until then.
check() { # NAME COMMAND
    local begun end
    begun=$(milliseconds)
    end=$((begun + patience * 1000))
    until eval "$2" >"$folder/check" 2>&1; do
        if [ "$(milliseconds)" -ge "$end" ]; then
            record FAIL "$1" "$begun"
            echo "     not true within $patience s: $2"
            sed 's/^/     | /' "$folder/check" | tail -n 12
            return 0
        fi
        sleep 0.05
    done
    record ok "$1" "$begun"
}

# The same as a condition of the test itself, counted only when it fails.
await() { # COMMAND
    local end=$(($(milliseconds) + patience * 1000))
    until eval "$1" >/dev/null 2>&1; do
        if [ "$(milliseconds)" -ge "$end" ]; then
            echo "     waited $patience s in vain: $1" >&2
            return 1
        fi
        sleep 0.05
    done
}

# A port that nobody listens on at this moment, over TCP or UDP.
free_port() {
    python3 -c '
import socket
while True:
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        stream.bind(("127.0.0.1", 0))
        port = stream.getsockname()[1]
        try:
            datagrams.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(port)
        break'
}

# --- our ends ---------------------------------------------------------------------------------------------------------

# A response center that answers after RINGING seconds (0.2): center_port and, with certificates, center_tls_port.
start_center() { # [OPTION...]
    mkfifo "$folder/center.commands"
    exec 3<>"$folder/center.commands"
    "$bin/ecallcenter" --port 0 --ringing 0.2 --store "$folder/center.sqlite" --json "$@" \
        <"$folder/center.commands" >"$folder/center.json" 2>"$folder/center.err" 3>&- &
    started+=($!)
    await 'grep -q "\"kind\":\"listening\"" "$folder/center.json"'
    center_port=$(sed -n 's/.*"kind":"listening","port":\([0-9]*\).*/\1/p' "$folder/center.json")
    case " $* " in *" --tls-port "*)
        await 'grep -q listeningTLS "$folder/center.json"'
        center_tls_port=$(sed -n 's/.*"kind":"listeningTLS","port":\([0-9]*\).*/\1/p' "$folder/center.json")
        ;;
    esac
}
tell_center() { echo "$*" >&3; }

# Whether the center has said that of a call: center_said CALL KIND [PATTERN]
center_said() { grep "\"call\":$1,.*\"kind\":\"$2\"" "$folder/center.json" | grep -q -- "${3:-}"; }

# A vehicle on a bench of its own whose only center is there, with what $vehicle_environment sets, NAME=VALUE each:
# start_vehicle TRANSPORT HOST PORT [YAML...]
vehicle_environment=()
start_vehicle() {
    local transport=$1 host=$2 port=$3 line
    shift 3
    {
        cat <<END
vehicle:
  vin: ECALLEXAMPLE02026
centers:
  - name: peer
    host: $host
    port: $port
    transport: $transport
    uri: sip:sos@${center_domain:-127.0.0.1}
END
        for line in "$@"; do printf '%s\n' "$line"; done
        cat <<END
position:
  latitude: 48.1515
  longitude: 11.5779
lines:
  lampCheck: 0 s
call:
  endedHold: 500 ms
store:
  path: $folder/vehicle.sqlite
control:
  socket: $folder/control
END
    } >"$folder/ecalld.yaml"
    env "${vehicle_environment[@]}" "$bin/ecalld" --config "$folder/ecalld.yaml" >"$folder/ecalld.log" 2>&1 3>&- &
    started+=($!)
    await '[ -S "$folder/control" ]'
    "$bin/ecallctl" --socket "$folder/control" watch --json >"$folder/vehicle.json" 2>"$folder/watch.log" 3>&- &
    started+=($!)
    await 'grep -q "^watching" "$folder/watch.log"'
    vehicle_mark=0
}
fire_crash() { "$bin/ecallctl" --socket "$folder/control" line pulse crash --ms 300; }

# Whether the vehicle has had an event since the last mark: vehicle_said KIND [PATTERN]
vehicle_said() { tail -n "+$((vehicle_mark + 1))" "$folder/vehicle.json" | grep "\"kind\":\"$1\"" | grep -q -- "${2:-}"; }
mark_vehicle() { vehicle_mark=$(wc -l <"$folder/vehicle.json"); }
vehicle_linked() { "$bin/ecallctl" --socket "$folder/control" status | grep -q "^center .* ${1:-open}"; }
last_incident() { "$bin/ecallctl" --socket "$folder/control" incidents | grep -q -- "$1"; }

# --- their ends -------------------------------------------------------------------------------------------------------

# sipp as a center on $sipp_port, for CALLS calls (1), over a transport by sipp's name: t1 or u1.
start_sipp_center() { # SCENARIO TRANSPORT [CALLS]
    sipp_port=$(free_port)
    sipp -sf "interop/sipp/$1.xml" -i 127.0.0.1 -p "$sipp_port" -t "$2" -m "${3:-1}" -nostdin -timeout "$patience" \
        -trace_err -error_file "$folder/sipp.err" -trace_msg -message_file "$folder/sipp.msg" \
        >"$folder/sipp.out" 2>&1 </dev/null 3>&- &
    sipp_process=$!
    started+=("$sipp_process")
}

# Whether sipp has come to the end of its scenario.
sipp_is_content() { wait "$sipp_process"; }

# sipp calls CALLS times, all at once, over a transport by sipp's name; its status is the answer.
sipp_calls() { # SCENARIO TRANSPORT PORT CALLS [OPTION...]
    local scenario=$1 transport=$2 port=$3 calls=$4
    shift 4
    sipp -sf "interop/sipp/$scenario.xml" -i 127.0.0.1 -t "$transport" -m "$calls" -l "$calls" -r "$calls" \
        -nostdin -timeout "$patience" -trace_err -error_file "$folder/$scenario.$transport.err" \
        -trace_msg -message_file "$folder/$scenario.$transport.msg" "$@" "127.0.0.1:$port" \
        >"$folder/$scenario.$transport.out" 2>&1 </dev/null 3>&-
}
