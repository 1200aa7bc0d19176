# A thousand presses, and presses that bounce: none is lost, none counts twice, whoever debounces.

cp "$build/puller" "$run_folder/puller"
share "$run_folder/puller"
pull='$(sim_lines pi)/sim_gpio$button/pull'

# Presses shorter than the hold: each is one event and starts no call.
presses() { # MODE COUNT DOWN UP [BOUNCES PERIOD]
    local mode=$1
    shift
    g "product_up 's/debouncing: automatic/debouncing: $mode/' 's/debounce: 50 ms/debounce: 20 ms/'" 60
    g "mark; /rig/puller $pull $* >/run/puller.out; pause 0.5" 200
    # What the last press means is told a while after it; one that counts twice would be told in the second after that.
    g "until_true 20 \"[ \\\$(said ecalld | grep -c -e 'buttonIgnored: held for') -ge $1 ]\"; pause 1
        said ecalld | grep -c -e 'buttonIgnored: held for' || true" 120
}

count=$(presses own 1000 30000 30000)
check "of a thousand presses none is lost and none doubled" '^1000$' "echo $count"
check "no edge of them was lost" '^0$' 'said ecalld | grep -c lineLost || true'
check "they started no call" '^0$' 'said ecalld | grep -c -i trigger || true'

# As long as a quick finger: on a busy machine 1.6, which keeps 16 edges, loses some of a burst, and the level that is read
# again makes them good while the press lasts.
bounced=$(presses own 30 400000 200000 5 500)
check "thirty presses that bounce are thirty, debounced by ecalld" '^30$' "echo $bounced"
if [ "$release" = trixie ]; then
    check "status says so" 'debounce own' 'status_of sos-button'
    kernel=$(presses automatic 30 400000 200000 5 500)
    check "the same presses debounced by the kernel are the same" "^$bounced\$" "echo $kernel"
    check "status says so too" 'debounce kernel' 'status_of sos-button'
fi
g product_down
