# Lines that cannot be had, go away, come back, or flood: one is told, the others are served.

g 'chip_up && configure && systemctl start ecallcenter'
g '(hold_line pi $chime 0 >/dev/null 2>&1 & echo $! >/run/holder) && until_true 10 "[ \"\$(line_user pi \$chime)\" = gpioset ]"'
g 'mark; systemctl start ecalld'
check "a busy line is told with its holder, its place and what to do" \
    'chime is in use by gpioset: GPIO25, line 25 of gpiochip[0-9]+ \[pinctrl-bcm2711\]: Device or resource busy .errno 16.; end that program or configure another line' \
    'heard 10 ecalld lineHealth; said ecalld | grep lineHealth'
check "the daemon serves the lines that it has" '^active.inactive, debounce [a-z]+, loss by [a-z]+, good$' \
    'systemctl is-active ecalld; status_of crash | sed "s/^(crash) //"'
check "the lamp shows the malfunction" '^0$' 'pause 2.5; sim_value pi $lamp'
check "a line that is given back is taken, and the lamp goes out" '^ecalld.1$' '
    kill "$(</run/holder)"
    until_true 10 "[ \"\$(line_user pi \$chime)\" = ecalld ]" && line_user pi $chime
    until_true 10 "[ \"\$(sim_value pi \$lamp)\" = 1 ]" && sim_value pi $lamp'

g 'mark; sim_down pi'
check "a chip that vanishes is told, line by line" 'crash is vanished: [a-z ]+ GPIO22, line 22 of .*No such device .errno 19.; it is asked for again every second' \
    'heard 10 ecalld "lineHealth: crash"; said ecalld | grep "lineHealth: crash"'
check "the daemon stays up" '^active$' 'systemctl is-active ecalld'
check "a missing chip starts no call when it comes back" '^6.0$' '
    mark
    chip_up
    until_true 20 "[ \$(ecallctl status --json | grep -o \"\\\"health\\\":\\\"good\\\"\" | wc -l) = 6 ]"
    ecallctl status --json | grep -o "\"health\":\"good\"" | wc -l
    said ecalld | grep -c Trigger || true'
check "a press on the line that came back calls" '^1$' '
    mark
    touch_line $button
    heard 10 ecalld manualTrigger && said ecalld | grep -c manualTrigger
    leave_line $button'
g 'heard 10 ecalld attemptAnswered && clear_call && heard 10 ecalld clearedDown'

check "a chip that may not be opened is told with what to do" \
    'opening /dev/gpiochip[0-9]+: Permission denied .errno 13.; the user of ecalld must be in the group that owns it' '
    systemctl stop ecalld
    chmod 600 /dev/$(sim_chip pi)
    mark
    systemctl start ecalld
    heard 10 ecalld "lineHealth: crash"; said ecalld | grep "lineHealth: crash"' 60
g 'chmod 660 /dev/$(sim_chip pi); until_true 10 "[ \"\$(line_user pi \$crash)\" = ecalld ]"'
check "another label is told with the chips that are there" \
    'no GPIO chip has the label, name or path pinctrl-rp1; there are gpiochip[0-9]+ \[pinctrl-bcm2711\]; gpiodetect lists them' '
    systemctl stop ecalld
    configure "s/pinctrl-bcm2711/pinctrl-rp1/"
    mark
    systemctl start ecalld
    heard 10 ecalld "lineHealth: crash"; said ecalld | grep "lineHealth: crash"' 60

# The kernel's own debouncing would let nothing of a flood through.
g 'configure "s/debouncing: automatic/debouncing: own/"; mark; systemctl restart ecalld; until_true 10 "[ \"\$(line_user pi \$crash)\" = ecalld ]"; pause 2.5' 60
cp "$build/puller" "$run_folder/puller"
share "$run_folder/puller"
g 'mark; cp /run/mark /run/flood.mark; (/rig/puller $(sim_lines pi)/sim_gpio$crash/pull 0 0 0 >/run/noise 2>&1 & echo $! >/run/puller) >/dev/null 2>&1'
check "a line that floods is told" 'crash makes more edges than any signal' \
    'heard 15 ecalld "fault: line crash"; said ecalld | grep "fault: line crash"'
check "the tool is answered while a line floods" 'idle' 'ecallctl status --json | grep -o "\"state\":\"idle\""'
check "a press on another line calls while a line floods" '^manualTrigger$' '
    mark
    touch_line $button
    heard 15 ecalld manualTrigger; said ecalld | grep -o -m 1 manualTrigger
    leave_line $button' 60
check "the flood itself starts no call and is told to be over" '^0.*lineNoisy is gone' '
    kill "$(</run/puller)"
    since=/run/flood.mark said ecalld | grep -c automaticTrigger || true
    heard 15 ecalld "lineNoisy is gone"; said ecalld | grep -o "lineNoisy is gone"' 60
figure noise "$(g 'until_true 5 "grep -q rate= /run/noise"; sed "s/.*rate=//" /run/noise')" "edges per second"
g 'heard 30 ecalld attemptAnswered; clear_call; heard 10 ecalld clearedDown; product_down' 60
