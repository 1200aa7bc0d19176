# In the guest: runs the commands that come over the virtio port. A request is a line "ID SECONDS QUOTED", the command
# in bash's own quotes; the answer is "ID STATUS", 124 after SECONDS. What the command printed is in the share, in
# answers/ID.out and answers/ID.err. Each is run in a subshell: under emulation the start of a program costs a tenth of
# a second.
for file in sim tools product; do . /etc/rig/$file.sh; done

for port in /dev/virtio-ports/rig /dev/vport*p1; do # Without udev there are no names by meaning.
    [ -e "$port" ] && break
done
exec 3<>"$port"
echo "READY $(cut -d' ' -f1 /proc/uptime)" >&3

# Runs COMMAND in a process group of its own; what fails in it, and is not asked whether it did, ends it.
run() { # ID SECONDS COMMAND
    local begun=$EPOCHSECONDS worker watchdog status=0
    set -m
    (set -e; eval "$3") >"/rig/answers/$1.out" 2>"/rig/answers/$1.err" </dev/null 3>&- &
    worker=$!
    { pause "$2"; kill -KILL -- "-$worker"; } >/dev/null 2>&1 3>&- &
    watchdog=$!
    wait "$worker" || status=$?
    kill -KILL -- "-$watchdog" 2>/dev/null
    if [ "$status" -eq 137 ] && [ $((EPOCHSECONDS - begun)) -ge "$2" ]; then status=124; fi
    echo "$1 $status" >&3
}

while IFS=' ' read -r id seconds request <&3; do
    [ -n "$id" ] || continue
    eval "command=$request" || continue
    # In the background: one that hangs does not keep the host from fetching the journal.
    run "$id" "$seconds" "$command" 2>/dev/null &
done
