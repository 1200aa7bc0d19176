# In the guest, sourced by the agent: the simulated chip (gpio-sim through configfs and sysfs), and waiting.

sim_folder=/sys/kernel/config/gpio-sim

# What a file of one word holds; no program is started for it.
read_word() {
    local word
    read -r word <"$1" && echo "$word"
}

# Makes a chip: sim_up NAME LABEL LINES [OFFSET=LINENAME...]
sim_up() {
    local chip=$sim_folder/$1 bank=$sim_folder/$1/bank0 label=$2 lines=$3 line
    shift 3
    mkdir -p "$bank" || return
    echo "$lines" >"$bank/num_lines"
    echo "$label" >"$bank/label"
    for line in "$@"; do
        mkdir -p "$bank/line${line%%=*}"
        echo "${line#*=}" >"$bank/line${line%%=*}/name"
    done
    echo 1 >"$chip/live" || return
    # What the board's udev rule does.
    chgrp gpio "/dev/$(<"$bank/chip_name")" && chmod 660 "/dev/$(<"$bank/chip_name")"
}

# The kernel's name of the chip, such as gpiochip0: sim_chip NAME
sim_chip() { read_word "$sim_folder/$1/bank0/chip_name"; }

# The folder with the chip's lines: sim_lines NAME
sim_lines() {
    local device chip
    device=$(read_word "$sim_folder/$1/dev_name") && chip=$(sim_chip "$1") && echo "/sys/devices/platform/$device/$chip"
}

# Who has the line by the kernel's own word, empty if nobody: line_user NAME OFFSET
line_user() {
    local chip base= line number user
    chip=$(sim_chip "$1")
    while IFS= read -r line; do
        case $line in
        "$chip: GPIOs "*)
            base=${line#*GPIOs }
            base=${base%%-*}
            ;;
        gpiochip*) base= ;;
        " gpio-"*"|"*)
            number=${line# gpio-}
            number=${number%% *}
            [ -n "$base" ] && ((number == base + $2)) || continue
            user=${line#*|}
            user=${user%%)*}
            echo "${user%"${user##*[! ]}"}"
            ;;
        esac
    done </sys/kernel/debug/gpio
}

# The outside world pulls a line: sim_pull NAME OFFSET up|down
sim_pull() { echo "pull-$3" >"$(sim_lines "$1")/sim_gpio$2/pull"; }

# What the pin shows, 0 or 1: sim_value NAME OFFSET
sim_value() { read_word "$(sim_lines "$1")/sim_gpio$2/value"; }

# The chip vanishes: sim_down NAME
sim_down() {
    local chip=$sim_folder/$1 line
    echo 0 >"$chip/live"
    for line in "$chip"/bank0/line*/; do
        [ ! -d "$line" ] || rmdir "$line"
    done
    rmdir "$chip/bank0" "$chip"
}

# Takes down what a test left.
sim_down_all() {
    local chip
    for chip in "$sim_folder"/*/; do
        [ ! -d "$chip" ] || sim_down "$(basename "$chip")"
    done
}

# Waits without starting a program: pause SECONDS
pause() { read -r -t "$1" <>/run/pause || true; }
[ -p /run/pause ] || mkfifo /run/pause 2>/dev/null || true

# Polls until COMMAND succeeds; fails after SECONDS and says on stderr what it last printed: until_true SECONDS COMMAND
# An emulated guest on a machine that does something else too takes several times as long as on one that does not.
# Waiting longer costs nothing where what is awaited comes. Between two polls what is awaited has the processor for as
# long as a poll took.
patience=4
until_true() {
    local end=$((${EPOCHREALTIME//[!0-9]/} + $1 * patience * 1000000)) output begun took
    while true; do
        begun=${EPOCHREALTIME//[!0-9]/}
        ! output=$(eval "$2" 2>&1) || return 0
        took=$((${EPOCHREALTIME//[!0-9]/} - begun))
        if ((begun + took >= end)); then
            printf 'not true within %s s: %s\n%s\n' "$1" "$2" "$output" >&2
            return 1
        fi
        ((took >= 50000)) || took=50000
        pause "$((took / 1000000)).$(printf %06d $((took % 1000000)))"
    done
}
