# A center with each certificate that is wrong, made by openssl: the vehicle places no call there, within a second, and says
# why. The right one, and one for mutual TLS, carry a call.

# A certificate of the authority's for NAME, with its key: issue NAME ALGORITHM EXTENSIONS [OPTION...]
issue() {
    local name=$1 algorithm=$2 extensions=$3
    shift 3
    openssl req -new -newkey "$algorithm" -nodes -subj "/CN=$name" -keyout "$pki/$name-key.pem" -out "$pki/$name.csr"
    chmod 600 "$pki/$name-key.pem"
    printf '%s\n' "$extensions" >"$pki/$name.ext"
    openssl ca -batch -config "$pki/ca.cnf" -extfile "$pki/$name.ext" -in "$pki/$name.csr" -out "$pki/$name.pem" \
        -notext "$@"
}

# An authority: make_authority NAME
make_authority() {
    openssl req -x509 -new -newkey rsa:2048 -nodes -days 30 -subj "/CN=$1" -keyout "$pki/$1-key.pem" -out "$pki/$1.pem" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

make_certificates() {
    local server="extendedKeyUsage=serverAuth" here="subjectAltName=IP:127.0.0.1"
    make_authority authority
    make_authority stranger
    mkdir -p "$pki/issued"
    : >"$pki/index.txt"
    cat >"$pki/ca.cnf" <<END
[ca]
default_ca = own
[own]
new_certs_dir = $pki/issued
database = $pki/index.txt
rand_serial = yes
private_key = $pki/authority-key.pem
certificate = $pki/authority.pem
default_md = sha256
default_days = 30
policy = any
unique_subject = no
[any]
commonName = supplied
END
    issue right rsa:2048 "$here"$'\n'"$server"
    issue vehicle rsa:2048 "subjectAltName=URI:urn:uuid:1"$'\n'"extendedKeyUsage=clientAuth"
    issue other rsa:2048 "subjectAltName=DNS:other.test"$'\n'"$server"
    issue named rsa:2048 "subjectAltName=DNS:127.0.0.1"$'\n'"$server"
    issue nameless rsa:2048 "$server"
    issue weak rsa:1024 "$here"$'\n'"$server"
    issue purpose rsa:2048 "$here"$'\n'"extendedKeyUsage=clientAuth"
    issue old rsa:2048 "$here"$'\n'"$server" -startdate 20200101000000Z -enddate 20210101000000Z
    issue new rsa:2048 "$here"$'\n'"$server" -startdate 20900101000000Z -enddate 20910101000000Z
}

# Both ends with a certificate of the center's, the vehicle trusting an authority: ends CERTIFICATE AUTHORITY [YAML...]
ends() {
    local certificate=$1 authority=$2
    shift 2
    start_center --transport tcp --tls-port 0 --certificate "$pki/$certificate.pem" --key "$pki/$certificate-key.pem" \
        ${client_authorities:+--client-authorities "$client_authorities"}
    start_vehicle tls 127.0.0.1 "$center_tls_port" "    tls:" "      authorities: $pki/$authority.pem" "$@"
}

# Whether the attempt ended less than a second after it began, by the vehicle's own clock.
ended_within_a_second() {
    python3 - "$folder/vehicle.json" <<'END'
import json, sys
at = {}
for line in open(sys.argv[1], encoding="utf-8"):
    event = json.loads(line)
    at.setdefault(event["kind"], event["at"])
sys.exit(not at["attemptEnded"] - at["attemptStarted"] < 1_000_000_000)
END
}

refused() { # CASE CERTIFICATE AUTHORITY SENTENCE
    leg "$1"
    ends "$2" "$3"
    fire_crash
    check "$1: the vehicle says why" "grep -q '$4' '$folder/ecalld.log'"
    check "$1: no call goes there, within a second" 'vehicle_said attemptEnded && ended_within_a_second'
    check "$1: the center hears of none" '! grep -q callReceived "$folder/center.json"'
}

pki=$folder/pki
mkdir -p "$pki"
make_certificates >"$folder/openssl.log" 2>&1

for case in right mutual; do
    leg "$case"
    client_authorities=
    own=()
    if [ "$case" = mutual ]; then
        client_authorities=$pki/authority.pem
        own=("      certificate: $pki/vehicle.pem" "      key: $pki/vehicle-key.pem")
    fi
    ends right authority "${own[@]}"
    await vehicle_linked
    fire_crash
    check "$case: the call is answered and its MSD acknowledged" 'vehicle_said acknowledgement positive'
    tell_center clear 1
    check "$case: and cleared down" 'vehicle_said clearedDown'
done
client_authorities=

refused "unknown authority" right stranger 'of an unknown authority'
refused "wrong name" other authority 'for another name: expected 127.0.0.1, found other.test'
refused "an address as a name" named authority 'for another name: expected 127.0.0.1, found 127.0.0.1'
refused "no name" nameless authority 'names no host (no subject alternative name)'
refused "weak key" weak authority 'too weak: '
refused "wrong purpose" purpose authority 'is not for this side of TLS'
client_authorities=$pki/authority.pem
refused "no certificate of the vehicle" right authority 'the peer wants a certificate of ours'
client_authorities=

# A date is excused where the vehicle's own clock is not known to be right, and then the sentence stands beside the link.
clang=$(dirname "$(realpath "$(command -v swift)")")/clang
"$clang" -shared -fPIC -Wall -Werror -o "$pki/clock.so" interop/clock.c
vehicle_environment=("LD_PRELOAD=$pki/clock.so")
for case in "expired:old:that expired on" "not yet valid:new:that is not valid before"; do
    IFS=: read -r name certificate sentence <<<"$case"
    vehicle_environment[1]=CLOCK_STATE=synchronized
    refused "$name" "$certificate" authority "$sentence"
    vehicle_environment[1]=CLOCK_STATE=unsynchronized
    leg "$name, by a clock that is not set"
    ends "$certificate" authority
    await vehicle_linked
    check "$name, by a clock that is not set: the vehicle says so" "grep -q '$sentence' '$folder/ecalld.log'"
    check "$name, by a clock that is not set: the link counts as dated" \
        'grep -q protection=dated "$folder/ecalld.log"'
    fire_crash
    check "$name, by a clock that is not set: the call is placed all the same" 'vehicle_said acknowledgement positive'
done
