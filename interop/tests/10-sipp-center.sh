# sipp as the center of our vehicle.

for transport in tcp udp; do
    leg "$transport"
    start_sipp_center center "${transport:0:1}1"
    if [ "$transport" = udp ]; then
        # The INVITE is too large for a datagram; sipp listens for datagrams alone, so that it leaves as one all the same.
        start_vehicle udp 127.0.0.1 "$sipp_port"
    else
        start_vehicle tcp 127.0.0.1 "$sipp_port"
    fi
    await 'vehicle_linked "\(open\|unheard\)"'
    fire_crash
    check "sipp over $transport acknowledges the MSD in its 200" 'vehicle_said acknowledgement positive'
    check "sipp over $transport asks for a fresh MSD and takes it" 'vehicle_said msdAnswered "\"status\":\"200\""'
    check "sipp over $transport clears the call down" 'vehicle_said clearedDown'
    check "sipp has found in our messages what it looked for" sipp_is_content
    check "the incident is on record as delivered and cleared" 'last_incident "automatic delivered cleared, 1 attempts, acknowledged: true"'
done
