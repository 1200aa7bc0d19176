"""Points at which the response center (PSAP) is looked at: `ecallcenter` against a scripted vehicle."""

import socket
import xml.etree.ElementTree as xml

import msd
from sip import CONTROL, MSD, NAMESPACE, PACKAGE, Connection, Message, control, multipart, session

REFERENCE = "msd-1@vehicle.invalid"
# An MSD of version 2 (Tests/MSDTests/msd.json).
VERSION_2 = "02251C0680E30A51439E2955D43800800437F80A3105669023F8A71166932185B004150043C040"
CAPABILITIES = '<capabilities><request action="send-data" supported-values="eCall.MSD"/></capabilities>'
LOCATION = """<?xml version="1.0"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
 xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" xmlns:gml="http://www.opengis.net/gml"
 xmlns:gs="http://www.opengis.net/pidflo/1.0" entity="pres:vehicle@vehicle.invalid"><dm:device id="d"><gp:geopriv>
 <gp:location-info><gs:Circle srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>48.1515 11.5779</gml:pos>
 <gs:radius uom="urn:ogc:def:uom:EPSG::9001">15</gs:radius></gs:Circle></gp:location-info><gp:usage-rules/>
 <gp:method>GPS</gp:method></gp:geopriv></dm:device></presence>
"""


class Vehicle:
    """One call of a scripted vehicle's to the center."""

    count = 0

    def __init__(self, bench, center):
        stream = socket.create_connection(("127.0.0.1", center.port), 10)
        stream.settimeout(None)
        self.connection = Connection(stream, bench.log)
        bench.keep(self.connection)
        self.port = stream.getsockname()[1]
        Vehicle.count += 1
        self.id, self.number, self.to = f"vehicle{Vehicle.count}", 1, ""

    def parts(self, octets):
        by_reference = [("Content-Disposition", "by-reference;handling=optional")]
        return [
            ("application/sdp", [], session()),
            ("application/pidf+xml", [("Content-ID", "<loc-1@vehicle.invalid>"), *by_reference], LOCATION.encode()),
            (MSD, [("Content-ID", f"<{REFERENCE}>"), ("Content-Transfer-Encoding", "binary"), *by_reference], octets),
            control(CAPABILITIES, "cap-1@vehicle.invalid"),
        ]

    def invite(self, octets, urn="urn:service:sos.ecall.automatic", order=(0, 1, 2, 3), recv_info=PACKAGE):
        parts = self.parts(octets)
        extra, body = multipart([parts[index] for index in order])
        fields = [
            ("Geolocation", "<cid:loc-1@vehicle.invalid>"), ("Call-Info", f"<cid:{REFERENCE}>;purpose={PACKAGE}"),
            ("Call-Info", "<cid:cap-1@vehicle.invalid>;purpose=EmergencyCallData.Control"),
            ("Accept", f"application/sdp, {CONTROL}"), ("Allow", "INVITE, ACK, CANCEL, BYE, INFO, OPTIONS"), *extra,
        ]
        if recv_info:
            fields.append(("Recv-Info", recv_info))
        self.urn = urn
        self.send("INVITE", urn, fields, body, to=f"<{urn}>")

    def send(self, method, target, fields=(), body=b"", to=None, number=None):
        headers = [
            ("Via", f"SIP/2.0/TCP 127.0.0.1:{self.port};branch=z9hG4bK{self.id}{method}{self.number};rport"),
            ("Max-Forwards", "70"), ("From", "<sip:vehicle@vehicle.invalid>;tag=v1"), ("To", to or self.to),
            ("Call-ID", self.id), ("CSeq", f"{number or self.number} {method}"),
            ("Contact", f"<sip:ivs@127.0.0.1:{self.port};transport=tcp>"), *fields,
        ]
        self.connection.send(Message(f"{method} {target} SIP/2.0", headers, body))

    def final(self):
        """The final answer to the INVITE, acknowledged by ACK."""
        while True:
            answer = self.connection.expect(*range(100, 700))
            if answer.status < 200:
                assert not answer.part(CONTROL), "expected no acknowledgement in a 1xx"
                continue
            break
        self.to = answer.get("To")
        contact = answer.get("Contact")
        self.target = contact[contact.index("<") + 1 : contact.index(">")] if contact else self.urn
        self.send("ACK", self.target, number=1)
        return answer

    def respond(self, request, status, reason, fields=(), body=b""):
        headers = [("Via", value) for value in request.all("Via")]
        headers += [(name, request.get(name)) for name in ("From", "To", "Call-ID", "CSeq")]
        self.connection.send(Message(f"SIP/2.0 {status} {reason}", [*headers, *fields], body))


def verdict(answer):
    """What an answer says of the MSD: `true`, `false`, or None."""
    part = answer.part(CONTROL)
    if part is None:
        return None
    acks = xml.fromstring(part[1]).findall(f"{{{NAMESPACE}}}ack")
    assert [ack.get("ref") for ack in acks] == [REFERENCE], "expected one acknowledgement, of the MSD"
    return acks[0].get("received")


def placed(bench, octets=None, options=(), **more):
    center = bench.center(*options)
    vehicle = Vehicle(bench, center)
    vehicle.invite(octets or msd.encode(), **more)
    return center, vehicle, vehicle.final()


def any_order(bench):
    """Q1, Q4, Q11 The parts may stand in any order; the 200 acknowledges the MSD, no 1xx does, and nothing else is."""
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (1, 2, 3, 0)):
        center, _, answer = placed(bench.again(), order=order)
        assert answer.status == 200 and verdict(answer) == "true", f"found {answer.start}"
        assert PACKAGE in answer.get("Recv-Info") and answer.part("application/sdp")
        center.said("location")


def binary_msd(bench):
    """Q2 An MSD with zero octets and a line end in it is read whole."""
    # A time stamp whose bits make a line end.
    octets = msd.encode(timestamp=1_790_470_224)
    assert b"\0" in octets and b"\r\n" in octets
    center, _, answer = placed(bench, octets)
    assert verdict(answer) == "true"
    assert center.said("msd")["fields"]["hex"].lower() == octets.hex()


def damaged(bench):
    """Q5 A damaged MSD is acknowledged as not received, and the call is answered all the same."""
    center, _, answer = placed(bench, msd.encode()[:20])
    assert answer.status == 200 and verdict(answer) == "false", f"found {answer.start}, {verdict(answer)}"
    center.said("msd")


def declined(bench):
    """Q6 The center has the data and declines voice: 486, 600 and 603 with the acknowledgement."""
    for status in (486, 600, 603):
        _, _, answer = placed(bench.again(), options=("--reply", f"{status}+ack"))
        assert answer.status == status and verdict(answer) == "true", f"found {answer.start}, {verdict(answer)}"


def request(bench):
    """Q7 A request for data is an INFO of the package; the vehicle's answer to it is shown."""
    center, vehicle, _ = placed(bench)
    center.said("established")
    center.command("send-data 1")
    info = vehicle.connection.expect("INFO")
    assert info.get("Info-Package") == PACKAGE and b"send-data" in info.part(CONTROL)[1]
    assert not info.get("Recv-Info"), "expected no Recv-Info in INFO (RFC 6086)"
    vehicle.respond(info, 200, "OK")
    extra, body = multipart([(MSD, [("Content-ID", "<msd-2@vehicle.invalid>")], msd.encode(identifier=2))])
    fields = [("Info-Package", PACKAGE), ("Content-Disposition", "Info-Package"), *extra]
    fields.append(("Call-Info", f"<cid:msd-2@vehicle.invalid>;purpose={PACKAGE}"))
    vehicle.number += 1
    vehicle.send("INFO", vehicle.target, fields, body)
    answer = vehicle.connection.expect(200)
    assert not answer.body, "expected no data in the answer to INFO"
    center.said("freshMSD", messageIdentifier="2")


def other_package(bench):
    """Q9 An INFO of another package is answered 469 with Recv-Info, and the call lives on."""
    center, vehicle, _ = placed(bench)
    vehicle.number += 1
    vehicle.send("INFO", vehicle.target, [("Info-Package", "g.3gpp.other")])
    answer = vehicle.connection.expect(469, 200)
    assert answer.status == 469 and PACKAGE in answer.get("Recv-Info"), f"found {answer.start}"
    center.command("send-data 1")
    vehicle.connection.expect("INFO")


def no_recv_info(bench):
    """Q10 A vehicle that named no Recv-Info gets no INFO."""
    center, vehicle, _ = placed(bench, recv_info=None)
    center.said("established")
    center.command("send-data 1")
    center.said("mistake")
    vehicle.connection.hears_nothing_of("INFO", seconds=1)


def callback(bench):
    """Q12 The center rings back with `Priority: psap-callback` to the vehicle's Contact, over its connection."""
    center, vehicle, _ = placed(bench)
    center.said("established")
    center.command("clear 1")
    vehicle.respond(vehicle.connection.expect("BYE"), 200, "OK")
    center.said("clearedDown")
    center.command("callback 1")
    invite = vehicle.connection.expect("INVITE")
    assert invite.get("Priority") == "psap-callback" and invite.uri.startswith("sip:ivs@"), invite.start
    assert PACKAGE in invite.get("Recv-Info")
    contact = ("Contact", f"<sip:ivs@127.0.0.1:{vehicle.port};transport=tcp>")
    headers = [("Via", value) for value in invite.all("Via")]
    headers += [("From", invite.get("From")), ("To", invite.get("To") + ";tag=v2")]
    headers += [("Call-ID", invite.get("Call-ID")), ("CSeq", invite.get("CSeq")), contact, ("Recv-Info", PACKAGE)]
    vehicle.connection.send(Message("SIP/2.0 200 OK", [*headers, ("Content-Type", "application/sdp")], session()))
    vehicle.connection.expect("ACK")
    center.said("callbackAnswered")


def test_service(bench):
    """Q22 The test URN is answered, its MSD acknowledged, and its refusals are given as asked for."""
    urn = "urn:service:test.sos.ecall"
    _, _, answer = placed(bench.again(), msd.encode(test=True), urn=urn)
    assert answer.status == 200 and verdict(answer) == "true"
    _, _, answer = placed(bench.again(), msd.encode(test=True), options=("--reply", "486"), urn=urn)
    assert answer.status == 486 and verdict(answer) is None


def versions(bench):
    """Q23 MSDs of version 2 and 3 are read, and octets behind one are ignored."""
    version2 = bytes.fromhex(VERSION_2)
    for octets in (version2, msd.encode(), msd.encode() + b"\0\0\0"):
        _, _, answer = placed(bench.again(), octets)
        assert verdict(answer) == "true", f"expected {octets.hex()} read"


def cleared_by_vehicle(bench):
    """P5 for the other side: a BYE of the vehicle's is answered and told."""
    center, vehicle, _ = placed(bench)
    center.said("established")
    vehicle.number += 1
    vehicle.send("BYE", vehicle.target)
    vehicle.connection.expect(200)
    center.said("vehicleCleared")


POINTS = [
    (any_order, "RFC 8147 sec. 5, 9.1.3"), (binary_msd, "RFC 8147 sec. 9.1"), (damaged, "RFC 8147 sec. 9.1.3"),
    (declined, "RFC 8147 sec. 5"), (request, "RFC 8147 sec. 9.1.3, RFC 6086"), (other_package, "RFC 6086 sec. 4.2.2"),
    (no_recv_info, "RFC 6086 sec. 4.2.1"), (callback, "RFC 7090"), (test_service, "RFC 8147 sec. 8, RFC 6881 sec. 15"),
    (versions, "EN 15722, 305/2013"), (cleared_by_vehicle, "RFC 3261 sec. 15"),
]
