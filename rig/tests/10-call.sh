# A call from the button and one from the crash line, over the kernel's lines and the installed services.

check "ecalld runs the configuration as it is shipped" '^active.{1,3}simulated: true$' '
    systemctl start ecallcenter ecalld && systemctl is-active ecalld
    ecallctl status | grep -o "simulated: true"'
# With a place, so that the log could betray it.
g 'systemctl stop ecalld; product_up "\$ a position: {latitude: 48.1515, longitude: 11.5779, radius: 15}"' 60

check "every line of the board is ecalld's" '^(ecalld ){6}$' '
    for line in $button $cover $crash $led $lamp $chime; do printf "%s " "$(line_user pi $line)"; done'
if [ "$release" = bookworm ]; then
    served='debounce own, loss by levels'
else
    served='debounce kernel, loss by sequence'
fi
check "status says who debounces and how lost edges are noticed" "$served, good" 'status_of sos-button'
check "the service manager shows how the daemon is" 'call idle; no malfunction is known' \
    'systemctl show -P StatusText ecalld'

check "the LED lights when the button has been held" '^0.1$' '
    touch_line $button
    sim_value pi $led
    until_true 5 "[ \"\$(sim_value pi \$led)\" = 1 ]" && sim_value pi $led
    leave_line $button'
check "the INVITE carries the MSD, and the center acknowledges it" 'acknowledgement positive' '
    heard 10 ecalld attemptAnswered
    said ecalld | grep attemptAnswered'
check "the LED flashes while the center is connected" '^0.1.0.1$' '
    for level in 0 1 0 1; do
        until_true 5 "[ \"\$(sim_value pi \$led)\" = $level ]" && echo $level
    done'
check "the center decoded what the vehicle encoded" 'ECALLEXAMPLE02026.173345400' '
    said ecallcenter | grep -m 1 -o ECALLEXAMPLE02026
    said ecallcenter | grep -m 1 -o 173345400'
check "the center clears the call down, and the LED goes out" '^0$' '
    clear_call
    heard 10 ecalld clearedDown && until_true 5 "[ \"\$(sim_value pi \$led)\" = 0 ]" && sleep 0.6 && sim_value pi $led'

g 'mark'
check "the crash line calls by itself, and the LED lights" '^1$' '
    touch_line $crash
    until_true 5 "[ \"\$(sim_value pi \$led)\" = 1 ]" && sim_value pi $led
    leave_line $crash'
check "it is an automatic call" 'automaticTrigger' 'heard 10 ecalld attemptAnswered; said ecalld | grep -o automaticTrigger'
g 'clear_call; heard 10 ecalld clearedDown'

check "neither VIN nor coordinates are in the log of ecalld" '^0$' \
    'journalctl -u ecalld -o cat | grep -c -e ECALLEXAMPLE02026 -e 48\\.15 -e 173345400 || true'
check "ecallctl moves no real line" 'is not driven from here' 'ecallctl line set crash active 2>&1 || true'

check "a clean stop leaves the LED dark and the lamp lit" '^inactive.0.0$' '
    systemctl stop ecalld
    systemctl is-active ecalld || true
    sim_value pi $led
    sim_value pi $lamp'
g product_down
