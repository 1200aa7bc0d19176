# linphone calling our center: a plain voice call without a word of eCall.

# A linphone with a pipe for its commands: start_linphone TRANSPORT [ARGUMENT...]
start_linphone() {
    local transport=$1 port
    shift
    port=$(free_port)
    mkdir -p "$folder/home/.local/share/linphone"
    cat >"$folder/linphonerc" <<END
[sip]
sip_port=$([ "$transport" = udp ] && echo "$port" || echo 0)
sip_tcp_port=$([ "$transport" = tcp ] && echo "$port" || echo 0)
sip_tls_port=0
default_proxy=-1
use_ipv6=0
[rtp]
audio_rtp_port=$(free_port)
[net]
mtu=1300
[sound]
playback_dev_id=ALSA: none
[misc]
uuid=00000000-0000-0000-0000-000000000001
END
    mkfifo "$folder/linphone.commands"
    exec 4<>"$folder/linphone.commands"
    HOME=$folder/home linphonec -c "$folder/linphonerc" "$@" <"$folder/linphone.commands" >"$folder/linphone.log" \
        2>&1 3>&- 4>&- &
    started+=($!)
    await 'grep -q "linphonec>" "$folder/linphone.log"'
    # There is no sound card.
    tell_linphone soundcard use files
}
tell_linphone() { echo "$*" >&4; }

for transport in tcp udp; do
    leg "$transport"
    start_center
    start_linphone "$transport"
    tell_linphone call "sip:sos@127.0.0.1:$center_port;transport=$transport"
    check "a plain call of linphone's over $transport is established" 'center_said 1 established'
    tell_center clear 1
    check "the center clears it down" 'center_said 1 clearedDown'
    tell_linphone call "sip:sos@127.0.0.1:$center_port;transport=$transport"
    check "a second one is established" 'center_said 2 established'
    tell_linphone terminate
    check "linphone hangs it up" 'center_said 2 vehicleCleared'
done
