# In the guest, sourced by the agent: the product on the simulated chip, wired as in the configuration of a board.

# Where the lines of config/pi4.yaml are on the chip.
button=17 cover=27 crash=22 led=23 lamp=24 chime=25

# The chip with every input at rest, without the product.
chip_up() {
    sim_up pi pinctrl-bcm2711 54 17=GPIO17 22=GPIO22 23=GPIO23 24=GPIO24 25=GPIO25 27=GPIO27 || return
    local line
    # Contacts to ground: at rest they are pulled up.
    for line in $button $cover $crash; do sim_pull pi $line up; done
}

# The configuration of the board, changed by sed: configure [EXPRESSION...]
configure() {
    local expression arguments=(-e '')
    for expression in "$@"; do arguments+=(-e "$expression"); done
    sed "${arguments[@]}" /usr/local/share/ecall/pi4.yaml >/etc/ecall/ecalld.yaml
}

# Chip, configuration and both services, ready and past the lamp check: product_up [EXPRESSION...]
# The store is a new one: a call that an earlier file left open would go on in this one.
product_up() {
    product_down
    rm -f /var/lib/ecall/vehicle.sqlite*
    sim_down_all
    chip_up && configure "$@" && systemctl restart ecallcenter ecalld && mark &&
        until_true 20 '[ "$(sim_value pi $lamp)" = 1 ]'
}

# Puts what it reads in the place of the daemon's program, in a file of its own: one that runs cannot be written to.
put_daemon() {
    cat >/usr/local/bin/ecalld.new && chmod 755 /usr/local/bin/ecalld.new &&
        mv -f /usr/local/bin/ecalld.new /usr/local/bin/ecalld
}

# Stops everything and forgets failures; what was not running or had not failed is as good.
product_down() {
    systemctl stop ecalld ecalld-retry.timer ecalld-retry ecall-lamp ecallcenter ecallcenter.socket 2>/dev/null || true
    systemctl reset-failed
}

# What is said from now on is new to `said`, and so is what the journal had not received yet: mark where the same was
# not said a moment before.
mark() { echo "$EPOCHREALTIME" >/run/mark; }

# What the product has said since the mark, or another one: said [UNIT...]
said() {
    local unit units=()
    for unit in "${@:-ecalld}"; do units+=(-u "$unit"); done
    journalctl "${units[@]}" -o cat --since="@$(<"${since:-/run/mark}")"
}

# Waits until a unit has said something since the mark: heard SECONDS UNIT PATTERN
heard() { until_true "$1" "said $2 | grep -q -- '$3'"; }

# Contacts: down is touched.
touch_line() { sim_pull pi "$1" down; }
leave_line() { sim_pull pi "$1" up; }

# One line of the status: status_of LINE
status_of() { ecallctl status | sed -n "s/^line      $1 //p"; }

# A command to the response center.
tell_center() { echo "$*" >/run/ecallcenter/commands; }

# Clears down the call that came last since the mark; another one came before it where an attempt got no answer in time.
clear_call() {
    tell_center clear "$(said ecallcenter | sed -n 's/.*"call":\([0-9]*\),.*"kind":"callReceived".*/\1/p' | tail -n 1)"
}

# What the kernel's log of the unit says of restarts.
restarts() { systemctl show -P NRestarts ecalld; }
# 0 when there is none.
main_pid() {
    local pid=0
    { read -r pid </sys/fs/cgroup/system.slice/ecalld.service/cgroup.procs; } 2>/dev/null || true
    echo "${pid:-0}"
}
