# The rig itself: systemd, the simulated chip, and that Debian's gpiod tools see what the tests do to it.

check "systemd runs, and no unit failed" '^systemd.running$' 'cat /proc/1/comm; systemctl is-system-running --wait' 60
check "systemd takes the guest for a machine" '^none$' 'systemd-detect-virt --container || true'
if staged; then
    check "the staged units are known" '^$' "
        for unit in $(staged_files '*/systemd/system/*.service' | tr '\n' ' '); do
            systemctl cat \"\${unit##*/}\" >/dev/null || exit
        done"
    check "what is staged is root's" '^$' "
        for file in $(staged_files '*/bin/*' | tr '\n' ' '); do
            [ \"\$(stat -c %U:%G \"\$file\")\" = root:root ] || echo \"\$file\"
        done"
fi

g 'sim_up pi pinctrl-bcm2711 54 17=GPIO17 22=GPIO22 27=GPIO27'
check "the chip is found by its label" '\[pinctrl-bcm2711\] \(54 lines\)' gpiodetect
check "the chip is the group's" '^root gpio 660$' 'stat -c "%U %G %a" /dev/$(sim_chip pi)'
check "a line is found by its name" '^gpiochip[0-9]+ 17$' 'line_named GPIO17'

check "a press is two edges" '^rising 22 [0-9.]+.falling 22 [0-9.]+$' '
    watch_line pi 22 2 &
    until_true 10 "[ \"\$(line_user pi 22)\" = gpiomon ]" || exit
    sim_pull pi 22 up
    sleep 0.2
    sim_pull pi 22 down
    wait $!'

check "an edge is stamped by CLOCK_MONOTONIC" '^within$' '
    watch_line pi 22 1 >/run/edge &
    until_true 10 "[ \"\$(line_user pi 22)\" = gpiomon ]" || exit
    read -r before _ </proc/uptime
    sim_pull pi 22 up
    wait $! || true
    read -r after _ </proc/uptime
    sim_pull pi 22 down
    # /proc/uptime has hundredths, rounded down; gpiomon of libgpiod 1.6 writes nanoseconds without their zeros in front.
    awk -v before="$before" -v after="$after" \
        "{ split(\$3, parts, \".\"); stamp = parts[1] + parts[2] / 1e9 }
        stamp >= before && stamp <= after + 0.01 { print \"within\"; next } { print before, \$3, after }" /run/edge'

check "an output is visible, and low when nobody has it" '^1.0$' '
    hold_line pi 5 1 &
    until_true 10 "[ \"\$(line_user pi 5)\" = gpioset ]" || exit
    sim_value pi 5
    kill $!
    wait $! || true
    sim_value pi 5'

check "active-low with pull-up: a pressed contact is a rising edge" '^0.1.rising 6 [0-9.]+.falling 6 [0-9.]+$' '
    sim_value pi 6
    watch_line pi 6 2 --active-low --bias=pull-up >/run/edges &
    until_true 10 "[ \"\$(line_user pi 6)\" = gpiomon ]" || exit
    sim_value pi 6
    sim_pull pi 6 down
    sleep 0.2
    sim_pull pi 6 up
    wait $! || true
    cat /run/edges'

check "a chip can vanish" '^gone$' 'chip=$(sim_chip pi); sim_down pi && [ ! -e "/dev/$chip" ] && echo gone'
