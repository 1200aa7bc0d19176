# The service: frozen, killed, broken, stopped. The lamp is lit whenever nobody serves.

g 'product_up' 60
check "a restart is another process on the same lines" '^ecalld.ecalld$' '
    line_user pi $crash
    systemctl restart ecalld
    line_user pi $crash' 60

check "a crash in the gap of a killed daemon calls" '^automaticTrigger' '
    until_true 10 "[ \"\$(sim_value pi \$lamp)\" = 1 ]"
    mark
    kill -9 "$(main_pid)"
    touch_line $crash; pause 0.15; leave_line $crash
    heard 20 ecalld automaticTrigger
    said ecalld | grep -o automaticTrigger' 60
g 'heard 10 ecalld attemptAnswered && clear_call; heard 10 ecalld clearedDown' 60
check "a button held over the gap of a killed daemon calls when its time is up" '^manualTrigger' '
    mark
    touch_line $button; pause 0.6
    kill -9 "$(main_pid)"
    heard 20 ecalld manualTrigger
    said ecalld | grep -o manualTrigger
    leave_line $button' 60
g 'heard 10 ecalld attemptAnswered && clear_call; heard 10 ecalld clearedDown' 60
check "a call that a killed daemon was in goes on" '^callResumed' '
    mark
    touch_line $crash; pause 0.15; leave_line $crash
    heard 20 ecalld attemptAnswered
    mark
    kill -9 "$(main_pid)"
    heard 20 ecalld attemptAnswered
    said ecalld | grep -o callResumed' 60
g 'clear_call; heard 10 ecalld clearedDown' 60
check "a button that was down before the daemon was first started does not count, nor after a restart" '^0$' '
    systemctl stop ecalld
    touch_line $button
    mark
    systemctl start ecalld; pause 3
    systemctl restart ecalld; pause 3
    said ecalld | grep -c manualTrigger || true
    leave_line $button' 60

# Five seconds of the watchdog, two for the abort.
check "a frozen daemon is restarted by the watchdog" '^restarted$' '
    mark
    before=$(main_pid)
    kill -STOP "$before"
    until_true 15 "[ \"\$(main_pid)\" != $before ] && [ \"\$(main_pid)\" != 0 ] && systemctl is-active -q ecalld" && echo restarted' 60
check "an idle daemon feeds its watchdog" '^0$' '
    before=$(restarts); pause 8; echo $(($(restarts) - before))' 30

check "the lamp is lit and held while the program is broken" '^0.ecall-lamp$' '
    cp /usr/local/bin/ecalld /run/ecalld.whole
    echo "no program" | put_daemon
    systemctl kill -s KILL ecalld
    until_true 30 "[ \"\$(line_user pi \$lamp)\" = ecall-lamp ]"
    sim_value pi $lamp
    line_user pi $lamp' 60
# What was killed so far is a software fault by now, which lights the lamp: first that is seen, then it is forgotten.
check "a daemon that was killed again and again tells a software fault, and lights its lamp" '^ecalld.0.softwareFailing$' '
    put_daemon </run/ecalld.whole
    until_true 40 "[ \"\$(line_user pi \$lamp)\" = ecalld ]" && line_user pi $lamp
    until_true 20 "ecallctl faults | grep -q softwareFailing.*there"
    sim_value pi $lamp
    ecallctl faults | grep -o "softwareFailing" | head -n 1' 90
check "the daemon comes back when the program is whole, and gets its lamp" '^ecalld.1$' '
    systemctl stop ecalld
    rm -f /var/lib/ecall/vehicle.sqlite*
    systemctl start ecalld
    until_true 40 "[ \"\$(line_user pi \$lamp)\" = ecalld ]" && line_user pi $lamp
    until_true 10 "[ \"\$(sim_value pi \$lamp)\" = 1 ]" && sim_value pi $lamp' 90
check "the lamp is lit while the configuration cannot be read" '^0.ecall-lamp$' '
    cp /etc/ecall/ecalld.yaml /run/whole.yaml
    echo "lines: nonsense" >/etc/ecall/ecalld.yaml
    systemctl restart ecalld || true
    until_true 30 "[ \"\$(line_user pi \$lamp)\" = ecall-lamp ]"
    sim_value pi $lamp
    line_user pi $lamp' 60
g 'cp /run/whole.yaml /etc/ecall/ecalld.yaml'
# Under emulation a start takes seconds, so that ten never fall into the thirty seconds of the unit: its limit is
# stretched.
check "a crash loop ends with the lamp lit" '^(core-dump|signal).ecall-lamp.0$' '
    # The daemon last: what starts it again may be at it.
    systemctl stop ecalld-retry.timer ecalld-retry
    systemctl stop ecalld
    # A unit that is stopped and has not failed may be unloaded by now.
    systemctl reset-failed ecalld || true
    mkdir -p /run/systemd/system/ecalld.service.d
    printf "[Unit]\nStartLimitIntervalSec=300\nStartLimitBurst=4\n" >/run/systemd/system/ecalld.service.d/guest.conf
    systemctl daemon-reload
    printf "#!/bin/sh\nkill -SEGV \$\$\n" | put_daemon
    systemctl start ecalld || true
    until_true 30 "[ \"\$(systemctl is-failed ecalld)\" = failed ]"
    systemctl show -P Result ecalld
    until_true 10 "[ \"\$(line_user pi \$lamp)\" = ecall-lamp ]"
    line_user pi $lamp
    sim_value pi $lamp' 90
g 'put_daemon </run/ecalld.whole; rm -rf /run/systemd/system/ecalld.service.d; systemctl daemon-reload'
check "it is started again without anybody, though it failed for good" '^ecalld$' '
    until_true 40 "[ \"\$(line_user pi \$lamp)\" = ecalld ]" && line_user pi $lamp' 60
check "no unit failed in between that should not have" '^0$' \
    'systemctl --failed --no-legend ecall-lamp ecallcenter ecalld-retry | wc -l'
check "the sandbox has killed nothing" '^0$' \
    'journalctl -b -o cat | grep -c -e "code=killed, status=31/SYS" -e "code=dumped, status=31/SYS" || true'
check "a clean stop is quick and says so" '^success.[0-9]$' '
    begun=$SECONDS
    systemctl stop ecalld
    systemctl show -P Result ecalld
    echo $((SECONDS - begun))' 30
g product_down
