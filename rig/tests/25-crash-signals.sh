# Crash signals on the kernel's lines: each unit shows its life, calls by its crash, and is missed when it falls silent.

cp "$build/puller" "$run_folder/puller"
share "$run_folder/puller"
pull='$(sim_lines pi)/sim_gpio$crash/pull'
profiles=/usr/local/share/ecall/crash-profiles.yaml

# A rig whose crash line has a profile: with_profile PROFILE
with_profile() {
    g "product_up 's|^lines:|lines:\\n  crashProfiles: $profiles\\n  crashLines: {crash: {profile: $1}}|'" 60
}

# The unit sends cycles for ever: play DOWN UP, in microseconds. Down is high: the line is active low.
play() { g "(/rig/puller $pull 0 $1 $2 >/dev/null 2>&1 & echo \$! >/run/unit)"; }
end_play='kill "$(</run/unit)"; until_true 5 "! kill -0 $(</run/unit) 2>/dev/null"'

# The unit sends a crash: burst CYCLES HIGH LOW. Where the guest's processor was away meanwhile, no cycle is within its
# tolerance, and that is none: it is sent again.
burst() {
    echo "for again in 1 2 3 4 5; do
            /rig/puller $pull $1 $2 $3 >/dev/null
            heard 4 ecalld automaticTrigger && break
        done
        pause 1"
}

# PROFILE, both parts of idle, both parts and the number of crash cycles.
while read -r profile idle_high idle_low high low cycles; do
    with_profile "$profile"
    g mark
    play "$idle_high" "$idle_low"
    check "$profile: its unit shows that it lives, and calls nobody by that" '^alive.0$' '
        heard 10 ecalld crashLineAlive && echo alive
        pause 3
        said ecalld | grep -c Trigger || true' 40
    check "$profile: its crash calls once" '^1$' "
        $end_play
        $(burst "$cycles" "$high" "$low")
        said ecalld | grep -c 'automaticTrigger: the trigger was accepted'" 90
    # Else the next daemon would go on with this call.
    g 'heard 10 ecalld attemptAnswered && clear_call && heard 10 ecalld clearedDown'
done <<'PROFILES'
train-5hz-50hz 50000 150000 10000 10000 25
duty-swap-10hz 20000 80000 80000 20000 10
duty-thirds-33hz 20000 10000 10000 20000 20
PROFILES

with_profile train-5hz-50hz
g mark
play 50000 150000
g 'heard 10 ecalld crashLineAlive'
check "a unit that falls silent is missed after twelve seconds and calls nobody" '^missed.0$' "
    $end_play
    heard 25 ecalld crashLineSilent && echo missed
    said ecalld | grep -c Trigger || true" 60

# Under emulation a sleep of 10 ms is none within 1 ms: the short low of the heartbeat gets more room.
g "sed 's/low: 10 ms, tolerancePercent: 5/low: 10 ms, tolerance: 5 ms/' $profiles >/etc/ecall/wide-profiles.yaml"
profiles=/etc/ecall/wide-profiles.yaml
with_profile heartbeat-low-200ms
g mark
play 390000 10000
g 'heard 10 ecalld crashLineAlive'
check "a heartbeat that stops at its low for 200 ms calls once" '^1$' "
    $end_play
    $(burst 1 390000 200000)
    said ecalld | grep -c 'automaticTrigger: the trigger was accepted'" 90
g product_down
