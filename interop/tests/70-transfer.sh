# A call that is sent on to a desk by REFER: by sipp as the center of our vehicle, and by our own center.

for transport in tcp udp; do
    leg "$transport"
    start_sipp_center transfer "${transport:0:1}1" 2
    start_vehicle "$transport" 127.0.0.1 "$sipp_port" '    transfers: [sip:desk@127.0.0.1]'
    await 'vehicle_linked "\(open\|unheard\)"'
    fire_crash
    check "sipp over $transport sends the call on to a desk" 'vehicle_said transferRequested "\"status\":\"202\""'
    check "the call goes on there" 'vehicle_said transferEnded "the call goes on at sip:desk@127.0.0.1"'
    check "the desk clears the call down" 'vehicle_said clearedDown'
    check "sipp over $transport has found in our messages what it looked for" sipp_is_content
    check "it is one incident with one attempt" \
        'last_incident "automatic delivered cleared, 1 attempts, acknowledged: true"'
done

leg ours
start_center
start_vehicle tcp 127.0.0.1 "$center_port" '    transfers: [sip:desk@127.0.0.1]'
await 'vehicle_linked'
fire_crash
await 'center_said 1 established'
tell_center transfer 1 sip:other@127.0.0.1
check "our center is refused another address" 'center_said 1 requestAnswered "our REFER with 603"'
check "the vehicle says why" 'vehicle_said transferRequested "the configuration does not name the address"'
tell_center transfer 1 sip:desk@127.0.0.1
check "our center is told how the call to the desk stands" 'center_said 1 transferProgress "\"status\":\"200\""'
check "its first call is over" 'center_said 1 "\(vehicleCleared\|clearedDown\)"'
check "the desk gets the MSD with the call" 'center_said 2 msd ECALLEXAMPLE02026'
await 'center_said 2 established'
tell_center clear 2
check "the vehicle's call ends with the desk's" 'vehicle_said clearedDown'
check "it is one incident" 'last_incident "automatic delivered cleared, 1 attempts, acknowledged: true"'
