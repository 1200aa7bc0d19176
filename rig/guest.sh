# Sourced by rig/run: boots the guest, and what a test does with it.
#
# A test is a file of rig/tests. It is sourced in a subshell, in bash's strict mode, by rig/run:
#
#   g 'sim_up pi pinctrl-bcm2711 54 17=GPIO17 && systemctl start ecalld'
#   until_true 10 '[ "$(line_user pi 17)" = ecalld ]'
#   check "a press turns the lamp on" '^1$' '
#       sim_pull pi 17 down
#       until_true 2 "[ \$(sim_value pi 27) = 1 ]"
#       sim_value pi 27'
#
# A failed check is counted and the test goes on; any other command that fails ends its file, which counts as a
# failure. In the guest, too, what fails ends its command, unless it is asked whether it did. When a file ends, the
# chips that it left are taken down. In the guest the functions of sim.sh, tools.sh and product.sh are at hand, the
# share is /rig, and what a test writes to /rig/artifacts is kept. Wait with until_true for what has to come, first of
# all for a line's user before the line is pulled: under emulation no fixed time is long enough.
#
# Wants $here, $build, $root, $release, $stage_folder and $artifacts.

# Seconds. Ends a guest that this script can no longer end; no run may take as long.
guest_limit=1200
# How many times as long as said everything may take; the guest has the same (sim.sh).
patience=4
# Seconds. More than ten times what an idle machine needs.
boot_limit=120

guest=
run_folder=

boot() {
    local begun line='' part head='' waited=0 share stage=() stage_argument=''
    begun=$(milliseconds)
    run_folder=$build/run-$release
    rm -rf "$run_folder" # Of a run that was killed.
    share=$run_folder/share
    mkdir -p "$share/answers" "$share/artifacts"
    : >"$run_folder/results"
    mkfifo "$run_folder/control.in" "$run_folder/control.out"
    if staged; then
        stage_argument=rig.stage
        stage=(-fsdev "local,id=stage,path=$stage_folder,security_model=none,readonly=on,multidevs=remap"
            -device "virtio-9p-pci,fsdev=stage,mount_tag=stage")
    fi
    # One CPU: the simulated interrupt controller can spin with two. The run's lock (6) does not outlive this script.
    timeout -k 5 "$guest_limit" qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none -nic none \
        -accel tcg -M pc -cpu qemu64 -smp 1 -m 3072 -kernel "$build/kernel/vmlinux" \
        -initrd "$build/kernel/initramfs.gz" -append "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off nokaslr \
random.trust_cpu=on systemd.firstboot=off systemd.show_status=false $stage_argument" \
        -chardev "file,id=serial,path=$artifacts/serial.log" -serial chardev:serial \
        -fsdev "local,id=root,path=$root,security_model=none,readonly=on,multidevs=remap" \
        -device virtio-9p-pci,fsdev=root,mount_tag=root \
        -fsdev "local,id=share,path=$share,security_model=none,multidevs=remap" \
        -device virtio-9p-pci,fsdev=share,mount_tag=share "${stage[@]}" \
        -device virtio-serial-pci -chardev "pipe,id=control,path=$run_folder/control" \
        -device virtserialport,chardev=control,name=rig </dev/null >"$artifacts/qemu.log" 2>&1 6>&- &
    guest=$!
    exec 7<>"$run_folder/control.out" 8<>"$run_folder/control.in"
    until [[ $line == READY* ]]; do
        if IFS= read -t 1 -r part <&7; then
            line=$head$part head=
        else
            head+=$part waited=$((waited + 1))
        fi
        if ! guest_lives || [ "$waited" -ge "$boot_limit" ]; then
            echo "rig: the guest did not come up; its last words:" >&2
            tail -n 20 "$artifacts/serial.log" "$artifacts/qemu.log" >&2
            return 1
        fi
    done
    say_step "guest up (its own clock: ${line#READY } s)" "$begun"
    ! staged || step "users and folders of the staged product" settle_stage
}

# Whether there is a product to test.
staged() { [ -d "$stage_folder" ]; }

# What the product's package does after it was unpacked.
settle_stage() {
    local users folders
    mapfile -t users < <(staged_files '*/sysusers.d/*.conf')
    mapfile -t folders < <(staged_files '*/tmpfiles.d/*.conf')
    [ ${#users[@]} -eq 0 ] || g "systemd-sysusers ${users[*]}"
    [ ${#folders[@]} -eq 0 ] || g "systemd-tmpfiles --create ${folders[*]}"
}

# The staged files whose path matches, as the guest has them.
staged_files() { # PATTERN
    (cd "$stage_folder" && find . -path "$1" ! -type d | sed 's/^\.//' | sort)
}

guest_lives() { kill -0 "$guest" 2>/dev/null; }

# Runs COMMAND in the guest's bash, with its output and its status: 124 after SECONDS (30) and our patience, 125 if the guest is gone.
g() { # COMMAND [SECONDS]
    local id answered status=125 seconds=$((${2:-30} * patience)) waited=0 answers=$run_folder/share/answers part line=
    local begun
    begun=$(milliseconds)
    # By its time, since a counter would not survive the subshells that g runs in.
    id=${EPOCHREALTIME//[!0-9]/}
    echo "$id $seconds ${1@Q}" >&8
    while true; do
        if IFS= read -t 1 -r part <&7; then
            IFS=' ' read -r answered status <<<"$line$part"
            line=
            [ "$answered" != "$id" ] || break
            continue
        fi
        # A time that runs out in the middle of an answer has taken its beginning out of the pipe.
        line+=$part
        waited=$((waited + 1))
        if ! guest_lives; then
            echo "rig: the guest is gone" >&2
            return 125
        elif [ "$waited" -ge $((seconds + 10)) ]; then
            echo "rig: the guest does not answer to: $1" >&2
            return 124
        fi
    done
    printf '%6d\t%s\n' $(($(milliseconds) - begun)) "${1//[$'\n']/ }" >>"$artifacts/steps.tsv"
    cat "$answers/$id.err" >&2
    cat "$answers/$id.out"
    return "$status"
}

# COMMAND has to end with status 0, and what it prints on stdout has to match REGEX.
check() { # NAME REGEX COMMAND [SECONDS]
    local begun output status=0
    begun=$(milliseconds)
    output=$(g "$3" "${4:-30}" 2>"$run_folder/errors") || status=$?
    if [ "$status" -eq 0 ] && [[ $output =~ $2 ]]; then
        record ok "$1" "$begun"
    else
        record FAIL "$1" "$begun"
        echo "     status $status, expected 0 and a match of /$2/"
        [ -z "$output" ] || sed 's/^/     | /' <<<"$output"
        sed 's/^/     ! /' "$run_folder/errors"
    fi
}

record() { # ok|FAIL NAME BEGUN
    printf '%-4s %6d ms  %s\n' "$1" $(($(milliseconds) - $3)) "$2"
    echo "$1" >>"$run_folder/results"
}

# Polls in the guest until COMMAND succeeds; fails after SECONDS.
until_true() { # SECONDS COMMAND
    g "until_true $1 $(printf %q "$2")" $(($1 + 10))
}

# Keeps a figure of this run.
figure() { # NAME VALUE UNIT
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$artifacts/figures.tsv"
    printf '     %s: %s %s\n' "$1" "$2" "$3"
}

# Sets files into the guest's share, where they are /rig/NAME at once.
share() { # FILE...
    cp -- "$@" "$run_folder/share/"
}

# Sets what comes on stdin into the share as NAME.
share_text() { # NAME
    cat >"$run_folder/share/$1"
}

# Runs one test file in a subshell, in the background, so that a signal to this script is handled at once.
run_test() { # FILE
    local begun status=0 name
    name=$(basename "$1")
    begun=$(milliseconds)
    echo
    echo "== $name"
    (
        set -euo pipefail
        trap 'echo "     $name:$LINENO: status $?: $(sed -n "${LINENO}p" "$1")"' ERR
        # shellcheck source=/dev/null
        . "$1"
    ) </dev/null &
    tester=$!
    wait "$tester" || status=$?
    tester=
    [ "$status" -eq 0 ] || record FAIL "$name ended with status $status" "$begun"
    guest_lives && g sim_down_all >/dev/null 2>&1 || true
    say_step "$name" "$begun"
}

tester=
# At every end of rig/run: fetches the guest's journal, ends the guest, and only it.
finish() {
    local status=$?
    trap - EXIT INT TERM
    set +e
    [ -z "$tester" ] || kill "$tester" 2>/dev/null
    if [ -n "$guest" ]; then
        if guest_lives; then
            g 'journalctl -b --no-pager -o short-monotonic >/rig/artifacts/journal.txt' 20 >/dev/null 2>&1
            kill "$guest" 2>/dev/null # timeout hands the signal on to its QEMU.
        fi
        wait "$guest" 2>/dev/null
    fi
    if [ -n "$run_folder" ]; then
        cp -r "$run_folder/share/artifacts/." "$artifacts/"
        rm -rf "$run_folder"
    fi
    exit "$status"
}
