# In the guest, sourced by the agent: one command line over Debian's gpiod tools of 1.6 and of 2.x.

tools_are_2() { [[ $(gpiodetect --version) == *" v2."* ]]; }

# Where a line of this name is, as "gpiochip0 17": line_named NAME
line_named() {
    if tools_are_2; then gpioinfo "$1" | awk '{ print $1, $2 }'; else gpiofind "$1"; fi
}

# Prints COUNT edges of a line, each as "rising OFFSET SECONDS": watch_line NAME OFFSET COUNT [FLAG...]
# The flags are those that both generations of gpiomon have, such as --active-low --bias=pull-up.
watch_line() {
    local chip offset=$2 count=$3
    chip=$(sim_chip "$1")
    shift 3
    if tools_are_2; then
        gpiomon --chip="$chip" --num-events="$count" --format='%E %o %S' "$@" "$offset"
    else
        gpiomon --num-events="$count" --format='%e %o %s.%n' "$@" "$chip" "$offset" |
            sed 's/^0 /falling /; s/^1 /rising /'
    fi
}

# Drives a line until it is ended: hold_line NAME OFFSET VALUE
hold_line() {
    if tools_are_2; then
        exec gpioset --chip="$(sim_chip "$1")" "$2=$3"
    else
        exec gpioset --mode=signal "$(sim_chip "$1")" "$2=$3"
    fi
}
