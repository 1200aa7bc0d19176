# sipp calls our center.

for transport in tcp udp; do
    leg "$transport"
    start_center
    sipp_calls vehicle "${transport:0:1}1" "$center_port" 1 &
    caller=$!
    check "an eCall of sipp's over $transport brings its MSD" 'center_said 1 msd'
    check "it is established" 'center_said 1 established'
    tell_center send-data 1
    check "a fresh MSD comes on our request" 'center_said 1 freshMSD'
    tell_center clear 1
    check "it is cleared down" 'center_said 1 clearedDown'
    check "sipp has found in our messages what it looked for" "wait $caller"
    check "twenty plain calls at once over $transport" 'sipp_calls voice "${transport:0:1}1" "$center_port" 20'
    check "one that is cancelled while it rings" 'sipp_calls cancel "${transport:0:1}1" "$center_port" 1'
    check "what is not served gets the answer that RFC 3261 names" 'sipp_calls odd "${transport:0:1}1" "$center_port" 1'
done
