# In the guest: runs the commands that come over the virtio port. A request is a line "ID SECONDS BASE64", the answer
# "ID STATUS"; what the command printed is in the share, in answers/ID.out and answers/ID.err.
set -u

for port in /dev/virtio-ports/rig /dev/vport*p1; do # Without udev there are no names by meaning.
    [ -e "$port" ] && break
done
exec 3<>"$port"
echo "READY $(cut -d' ' -f1 /proc/uptime)" >&3
while IFS=' ' read -r id seconds request <&3; do
    [ -n "$id" ] || continue
    command=$(base64 -d <<<"$request") || continue
    # In the background: one that hangs does not keep the host from fetching the journal.
    {
        timeout -k 2 "$seconds" bash -c 'for file in sim tools product; do . /etc/rig/$file.sh; done; eval "$1"' \
            guest "$command" >"/rig/answers/$id.out" 2>"/rig/answers/$id.err" </dev/null 3>&-
        echo "$id $?" >&3
    } &
done
