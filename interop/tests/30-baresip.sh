# baresip as the center of our vehicle, and calling our center: a telephone without eCall.

# A baresip with its own port and a socket for its commands: start_baresip ACCOUNT
start_baresip() {
    baresip_port=$(free_port)
    baresip_control=$(free_port)
    mkdir -p "$folder/baresip"
    cat >"$folder/baresip/config" <<END
poll_method epoll
sip_listen 127.0.0.1:$baresip_port
audio_player aubridge,nil
audio_source aubridge,nil
audio_alert aubridge,nil
module_path $(dirname "$(find /usr/lib -name ctrl_tcp.so -path '*baresip*' -print -quit)")
module g711.so
module aubridge.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:$baresip_control
END
    echo "$1" >"$folder/baresip/accounts"
    : >"$folder/baresip/contacts"
    baresip -4 -v -f "$folder/baresip" >"$folder/baresip.log" 2>&1 </dev/null 3>&- &
    started+=($!)
    await 'grep -q "baresip is ready" "$folder/baresip.log"'
}

# A command as a netstring of JSON, the form of its socket: tell_baresip COMMAND [PARAMETERS]
tell_baresip() {
    python3 - "$baresip_control" "$@" <<'END'
import json, socket, sys
port, words = int(sys.argv[1]), sys.argv[2:]
command = json.dumps({"command": words[0], "params": " ".join(words[1:])})
with socket.create_connection(("127.0.0.1", port), 5) as peer:
    peer.sendall(f"{len(command)}:{command},".encode())
    peer.settimeout(5)
    print(peer.recv(4096).decode(errors="replace"))
END
}

for transport in tcp udp; do
    leg "center-$transport"
    start_baresip "<sip:sos@127.0.0.1;transport=$transport>;regint=0;answermode=auto"
    center_domain=127.0.0.1:$baresip_port
    start_vehicle "$transport" 127.0.0.1 "$baresip_port"
    await 'vehicle_linked "\(open\|unheard\)"'
    fire_crash
    check "baresip over $transport answers our call, and says nothing of the MSD" \
        'vehicle_said acknowledgement "\"acknowledgement\":\"none\""'
    check "the session stands" '"$bin/ecallctl" --socket "$folder/control" status | grep -q voiceSession'
    tell_baresip hangup >/dev/null
    check "baresip clears the call down" 'vehicle_said clearedDown'

    leg "vehicle-$transport"
    start_center
    start_baresip "<sip:caller@127.0.0.1;transport=$transport>;regint=0"
    tell_baresip dial "sip:sos@127.0.0.1:$center_port;transport=$transport" >/dev/null
    check "a plain call of baresip's over $transport is established" 'center_said 1 established'
    tell_center clear 1
    check "the center clears it down" 'center_said 1 clearedDown'
    tell_baresip dial "sip:sos@127.0.0.1:$center_port;transport=$transport" >/dev/null
    check "a second one is established" 'center_said 2 established'
    tell_baresip hangup >/dev/null
    check "baresip hangs it up" 'center_said 2 vehicleCleared'
done
