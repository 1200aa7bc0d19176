# Who may use the sockets: the group ecall changes, the group ecall-view reads, nobody else gets in.

g 'product_up && useradd -G ecall engineer && useradd -G ecall-view viewer && useradd -G ecall-bus gateway &&
    useradd stranger' 60
g 'until_true 10 "[ -S /run/ecall/view.sock ] && [ -S /run/ecall/bus.sock ]"'
check "the files of the sockets are their groups'" '^ecall ecall 660.ecall ecall-view 660.ecall ecall-bus 660$' \
    'stat -c "%U %G %a" /run/ecall/ecalld.sock /run/ecall/view.sock /run/ecall/bus.sock'
check "a member of ecall-view reads" 'call      idle' \
    'runuser -u viewer -- ecallctl status --socket /run/ecall/view.sock'
check "a member of ecall-view changes nothing" 'NotPermitted' \
    'runuser -u viewer -- ecallctl test-call --socket /run/ecall/view.sock 2>&1 || true'
check "a member of ecall-view does not get at the other socket" 'no permission to open /run/ecall/ecalld.sock' \
    'runuser -u viewer -- ecallctl status 2>&1 || true'
check "a member of ecall-bus tells the vehicle's values and reads nothing" 'occupants +3.*NotPermitted' \
    'runuser -u gateway -- ecallctl vehicle set --occupants 3 --socket /run/ecall/bus.sock && ecallctl vehicle show
    runuser -u gateway -- ecallctl status --socket /run/ecall/bus.sock 2>&1 || true'
check "a member of ecall changes" 'test call' 'runuser -u engineer -- ecallctl test-call'
check "a stranger gets at neither" '^0$' '
    for socket in ecalld view bus; do
        runuser -u stranger -- ecallctl status --socket /run/ecall/$socket.sock 2>/dev/null
    done | wc -l'
# A call that is cut off would light the lamp of the next test.
g 'heard 10 ecalld attemptAnswered && clear_call && heard 20 ecalld clearedDown; product_down' 60
