# kamailio as registrar, and as outbound proxy with record-routing between our vehicle and our center, over TCP and over TLS.

# A proxy in front of the center, which speaks TRANSPORT with both: start_proxy TRANSPORT
start_proxy() {
    local transport=$1 to=$center_port
    proxy_port=$(free_port)
    proxy_tls_port=$(free_port)
    [ "$transport" = tcp ] || to=$center_tls_port
    sed -e "s|PROXY_PORT|$proxy_port|; s|PROXY_TLS_PORT|$proxy_tls_port|; s|CENTER_PORT|$to|" \
        -e "s|CENTER_TRANSPORT|$transport|; s|PROXY_TLS_CONFIG|$folder/tls.cfg|" \
        -e "s|/usr/lib/x86_64-linux-gnu/|$(dirname "$(find /usr/lib -type d -name kamailio -path '*/kamailio' -print -quit)")/|" \
        interop/kamailio.cfg >"$folder/kamailio.cfg"
    cat >"$folder/tls.cfg" <<END
[server:default]
method = TLSv1.2+
private_key = $folder/pki/proxy/center-key.pem
certificate = $folder/pki/proxy/center.pem
[client:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
ca_list = $folder/pki/authority/authority.pem
END
    local defines=()
    [ "$transport" = tcp ] || defines=(-A WITH_TLS)
    kamailio -f "$folder/kamailio.cfg" -DD -E -m 32 -M 4 -Y "$folder" "${defines[@]}" >"$folder/kamailio.log" 2>&1 \
        </dev/null 3>&- &
    started+=($!)
    local port=$proxy_port
    [ "$transport" = tcp ] || port=$proxy_tls_port
    proxy_way=$port
    await "(exec 9<>/dev/tcp/127.0.0.1/$port)"
}

registration=("    registration:" "      address: sip:car@127.0.0.1")
vehicle_registered() { "$bin/ecallctl" --socket "$folder/control" status | grep -q "^register .* registered\$"; }

for transport in tcp tls; do
    leg "$transport"
    if [ "$transport" = tls ]; then
        "$bin/ecallctl" tls make "$folder/pki/authority" --host 127.0.0.1 >/dev/null
        "$bin/ecallctl" tls make "$folder/pki/proxy" --host 127.0.0.1 >/dev/null
        start_center --tls-port 0 --certificate "$folder/pki/authority/center.pem" \
            --key "$folder/pki/authority/center-key.pem"
        start_proxy tls
        start_vehicle tls 127.0.0.1 "$proxy_way" "    tls:" "      authorities: $folder/pki/proxy/authority.pem" \
            "${registration[@]}"
    else
        start_center
        start_proxy tcp
        start_vehicle tcp 127.0.0.1 "$proxy_way" "${registration[@]}"
    fi
    await vehicle_linked
    check "kamailio takes the registration over $transport" vehicle_registered
    check "and binds it to the connection" 'grep -q "registered:.*outbound=true" "$folder/ecalld.log"'
    for call in 1 2; do
        fire_crash
        check "call $call through kamailio over $transport brings its MSD" "center_said $call msd"
        check "the acknowledgement comes back" 'vehicle_said acknowledgement positive'
        check "the ACK goes the way of the dialog" "center_said $call established"
        tell_center send-data "$call"
        check "the request for a fresh MSD comes back over the vehicle's own connection" "center_said $call freshMSD"
        tell_center clear "$call"
        check "so does the clear-down" 'vehicle_said clearedDown'
        check "the incident is on record as delivered and cleared" \
            'last_incident "automatic delivered cleared, 1 attempts, acknowledged: true"'
        await 'vehicle_said endedHoldOver'
        mark_vehicle
        # Further pulses are part of the same crash for five seconds.
        [ "$call" = 2 ] || sleep 5.2
    done
done
