"""Points at which the vehicle (IVS) is looked at: `ecalld` against a scripted center."""

import time

import msd
from sip import CONTROL, MSD, PACKAGE, Message, control, multipart, session

URN = "urn:service:sos.ecall."
# The points of hours run so many times as fast: an hour is 6 s.
SCALE = 600
HOUR = 3600 / SCALE


def respond(request, status, reason, fields=(), body=b"", tag="psap1"):
    """A response of the center's."""
    to = request.get("To") + ("" if request.tag("To") or status == 100 else f";tag={tag}")
    headers = [("Via", value) for value in request.all("Via")]
    headers += [("From", request.get("From")), ("To", to)]
    headers += [("Call-ID", request.get("Call-ID")), ("CSeq", request.get("CSeq")), *fields]
    return Message(f"SIP/2.0 {status} {reason}", headers, body)


def acknowledgement(invite, received):
    return control(f'<ack ref="{invite.reference(PACKAGE)}" received="{received}"/>', "ack-1@center.invalid")


class Call:
    """One call of the vehicle's as the scripted center sees it."""

    def __init__(self, connection, invite):
        self.connection, self.invite, self.number = connection, invite, 100
        self.tag = "psap1"

    def ring(self, fields=(), body=b"", status=180):
        self.connection.send(respond(self.invite, status, "Ringing", [self._contact(), *fields], body))

    def answer(self, received="true", recv_info=PACKAGE):
        fields = [self._contact(), ("Accept", f"application/sdp, {CONTROL}")]
        if recv_info:
            fields.append(("Recv-Info", recv_info))
        if received is None:
            fields.append(("Content-Type", "application/sdp"))
            self.connection.send(respond(self.invite, 200, "OK", fields, session()))
        else:
            extra, body = multipart([("application/sdp", [], session()), acknowledgement(self.invite, received)])
            reference = ("Call-Info", "<cid:ack-1@center.invalid>;purpose=EmergencyCallData.Control")
            self.connection.send(respond(self.invite, 200, "OK", [*fields, reference, *extra], body))
        return self.connection.expect("ACK")

    def reject(self, status, received=None):
        fields, body = [], b""
        if received:
            extra, body = multipart([acknowledgement(self.invite, received)])
            fields = [("Call-Info", "<cid:ack-1@center.invalid>;purpose=EmergencyCallData.Control"), *extra]
        self.connection.send(respond(self.invite, status, "Refused", fields, body))
        return self.connection.expect("ACK")

    def request(self, method, fields=(), body=b""):
        """A request in the dialog."""
        self.number += 1
        contact = self.invite.get("Contact")
        target = contact[contact.index("<") + 1 : contact.index(">")]
        headers = [
            ("Via", f"SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKp{id(self)}{self.number}"), ("Max-Forwards", "70"),
            ("From", f"{self.invite.get('To')};tag={self.tag}"), ("To", self.invite.get("From")),
            ("Call-ID", self.invite.get("Call-ID")), ("CSeq", f"{self.number} {method}"), self._contact(), *fields,
        ]
        self.connection.send(Message(f"{method} {target} SIP/2.0", headers, body))

    def info(self, content, package=PACKAGE):
        extra, body = multipart([control(content, f"req-{self.number}@center.invalid")])
        fields = [
            ("Info-Package", package), ("Content-Disposition", "Info-Package"),
            ("Call-Info", f"<cid:req-{self.number}@center.invalid>;purpose=EmergencyCallData.Control"), *extra,
        ]
        self.request("INFO", fields, body)

    def fresh_msd(self):
        """Asks for an MSD and returns it."""
        self.info('<request action="send-data" datatype="eCall.MSD"/>')
        wanted = {"answer", "MSD"}
        found = None
        while wanted:
            message = self.connection.expect("INFO", 200)
            if message.status == 200:
                wanted.discard("answer")
                assert not message.body, "expected no data in the answer to INFO"
                continue
            wanted.discard("MSD")
            found = message
            self.connection.send(respond(message, 200, "OK"))
        assert found.get("Info-Package") == PACKAGE, f"expected the eCall package, found {found.get('Info-Package')}"
        return msd.decode(found.part(MSD)[1])

    def clear(self):
        self.request("BYE")
        self.connection.expect(200)

    def _contact(self):
        return ("Contact", "<sip:desk@127.0.0.1;transport=tcp>")


def called(bench, trigger="automatic", **options):
    """A vehicle that has placed its first call."""
    vehicle = bench.vehicle(**options)
    if trigger == "test":
        vehicle.control("test-call")
    else:
        vehicle.crash() if trigger == "automatic" else vehicle.press()
    connection = bench.listener.accept()
    return vehicle, Call(connection, connection.expect("INVITE"))


def check_invite(invite, trigger):
    assert invite.uri == URN + trigger, f"expected {URN}{trigger}, found {invite.uri}"
    assert URN + trigger in invite.get("To"), f"expected the URN in To, found {invite.get('To')}"
    assert PACKAGE in invite.get("Recv-Info"), "expected the eCall package in Recv-Info"
    assert CONTROL in invite.get("Accept"), "expected the control type in Accept"
    assert "INFO" in invite.get("Allow"), "expected INFO in Allow"
    fields, octets = invite.part(MSD)
    found = msd.decode(octets)
    assert found["length"] and len(octets) <= 140, f"expected a whole MSD of 140 octets at most, found {len(octets)}"
    assert found["version"] == 3 and found["messageIdentifier"] == 1, f"expected MSD 1 of version 3, found {found}"
    assert found["automatic"] == (trigger == "automatic"), f"expected {trigger}, found automatic={found['automatic']}"
    return found


def manual_call(bench):
    """P3 Manual call: URN, location, MSD part, Recv-Info and Accept in the INVITE."""
    _, call = called(bench, "manual")
    check_invite(call.invite, "manual")
    reference = call.invite.get("Geolocation")
    location = call.invite.part("application/pidf+xml")
    assert location, "expected a location part"
    assert location[0]["content-id"].strip("<>") in reference, f"expected the location named, found {reference}"


def answered(bench):
    """P4 The 200 with the acknowledgement is answered with ACK."""
    vehicle, call = called(bench)
    call.ring()
    call.answer()
    vehicle.said("acknowledgement", acknowledgement="positive")


def cleared(bench):
    """P5 The center's BYE ends the call, and the vehicle answers it; nothing is redialled."""
    vehicle, call = called(bench)
    call.answer()
    call.clear()
    vehicle.said("clearedDown")
    call.connection.hears_nothing_of("INVITE", seconds=2)


def updated(bench):
    """P6 MSD update: INFO with send-data is answered 200, and an INFO with the next MSD follows."""
    _, call = called(bench)
    call.answer()
    assert call.fresh_msd()["messageIdentifier"] == 2


def automatic_call(bench):
    """P7 Automatic call."""
    _, call = called(bench)
    check_invite(call.invite, "automatic")


def test_call(bench):
    """P8 Test call: the test URN, the test bit of the MSD, a multipart with the MSD."""
    _, call = called(bench, "test")
    assert call.invite.uri == "urn:service:test.sos.ecall", f"found {call.invite.uri}"
    found = msd.decode(call.invite.part(MSD)[1])
    assert found["test"] == 1, "expected the test bit"


def idle_without_connection(bench):
    """P9 eCall-only: no connection and no registration while idle."""
    bench.vehicle(profile="private", extra=["connection: {eCallOnly: true}"])
    bench.listener.has_none(2)


def trigger_connects(bench):
    """P10 eCall-only: a trigger makes the connection and the call."""
    vehicle = bench.vehicle(profile="private", extra=["connection: {eCallOnly: true}"])
    bench.listener.has_none(0.3)
    vehicle.crash()
    bench.listener.accept().expect("INVITE")


def ring_back(call):
    """The center's own INVITE over the vehicle's connection; returns its final answer."""
    contact = call.invite.get("Contact")
    target = contact[contact.index("<") + 1 : contact.index(">")]
    call.number += 1
    headers = [
        ("Via", f"SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKcb{call.number}"), ("Max-Forwards", "70"),
        ("From", "<sip:desk@center.invalid>;tag=cb1"), ("To", f"<{target}>"), ("Call-ID", f"callback{call.number}"),
        ("CSeq", "1 INVITE"), call._contact(), ("Priority", "psap-callback"), ("Recv-Info", PACKAGE),
        ("Content-Type", "application/sdp"),
    ]
    invite = Message(f"INVITE {target} SIP/2.0", headers, session())
    call.connection.send(invite)
    answer = call.connection.expect(200, 486, 488, 603, 480)
    headers = [pair for pair in headers if pair[0] not in ("To", "CSeq", "Content-Type", "Recv-Info", "Priority")]
    if answer.status != 200:
        call.connection.send(Message(f"ACK {target} SIP/2.0", [*headers, ("To", answer.get("To")), ("CSeq", "1 ACK")]))
        return answer, None
    headers[0] = ("Via", f"SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKack{call.number}")
    call.connection.send(Message(f"ACK {target} SIP/2.0", [*headers, ("To", answer.get("To")), ("CSeq", "1 ACK")]))
    back = Call(call.connection, call.invite)
    # In a dialog of the center's own the roles of From and To are the other way round.
    back.invite = Message(
        invite.start,
        [("From", answer.get("To")), ("To", "<sip:desk@center.invalid>"), ("Call-ID", invite.get("Call-ID")),
         ("Contact", answer.get("Contact"))],
    )
    back.tag = "cb1"
    return answer, back


def callback(bench):
    """P11, Q12 A callback inside T9 is answered by itself, and its MSD goes on counting; at 63 min it is not."""
    vehicle, call = called(bench, scale=SCALE)
    call.answer()
    call.clear()
    vehicle.said("clearedDown")
    begun = time.monotonic()
    time.sleep(HOUR * 0.5)
    answer, back = ring_back(call)
    assert answer.status == 200, f"expected 200 half an hour after the call, found {answer.status}"
    assert PACKAGE in answer.get("Recv-Info") and answer.part("application/sdp"), "expected audio and Recv-Info"
    assert back.fresh_msd()["messageIdentifier"] == 2
    back.clear()
    time.sleep(max(0, HOUR * 1.05 - (time.monotonic() - begun)))
    answer, _ = ring_back(call)
    assert answer.status == 486, f"expected 486 63 min after the call, found {answer.status}"
    assert "no call is over whose center may ring back (T9)" in vehicle.control("why")


def deregistration(bench):
    """P12 eCall-only: connected for an hour and more behind the call, no longer than T10, 12 h."""
    scale = 3600
    vehicle, call = called(bench, profile="private", scale=scale, extra=["connection: {eCallOnly: true}"])
    call.answer()
    call.clear()
    vehicle.said("clearedDown")
    time.sleep(3600 * 11 / scale)
    assert call.connection.isOpen, "expected the connection 11 h after the call"
    time.sleep(3600 * 1.5 / scale)
    assert not call.connection.isOpen, "expected no connection 12 h 30 min after the call"
    vehicle.said("timerExpired", timer="T10")


def references(bench):
    """Q1, Q3 Session, location and MSD in one multipart; each Call-Info and Geolocation names a part that is there."""
    _, call = called(bench)
    kinds = [fields["content-type"] for fields, _ in call.invite.parts()]
    for kind in ("application/sdp", "application/pidf+xml", MSD, CONTROL):
        assert kind in kinds, f"expected {kind}, found {kinds}"
    names = {fields.get("content-id", "").strip("<>") for fields, _ in call.invite.parts()}
    for value in call.invite.all("Call-Info") + call.invite.all("Geolocation"):
        name = value[value.index("<cid:") + 5 : value.index(">")]
        assert name in names, f"{name} names no part"
    octets = call.invite.part(MSD)[1]
    assert b"\0" in octets and msd.decode(octets)["length"], "expected an MSD that is whole behind its zero octets"


def acknowledged_early(bench):
    """Q4 An acknowledgement in a 1xx counts for nothing: a 603 without one is redialled."""
    vehicle, call = called(bench)
    extra, body = multipart([acknowledgement(call.invite, "true")])
    reference = ("Call-Info", "<cid:ack-1@center.invalid>;purpose=EmergencyCallData.Control")
    call.ring([reference, *extra], body, status=183)
    call.reject(603)
    call.connection.expect("INVITE")
    assert "acknowledgement" not in vehicle.watch.kinds()


def acknowledgements(bench):
    """Q5, Q26 Received true, false or no word of the MSD: told, and the call goes on with voice in any case."""
    for received, word in (("true", "positive"), ("false", "negative"), (None, "none")):
        vehicle, call = called(bench.again())
        call.answer(received)
        vehicle.said("acknowledgement", acknowledgement=word)
        vehicle.said("announcement", announcement="callConnected")
        assert "voiceSession" in vehicle.control("status")
        call.connection.hears_nothing_of("BYE", "INFO", seconds=1)


def declines(bench):
    """Q6 486, 600 and 603 with an acknowledgement end the incident; without one they are redialled."""
    for status in (486, 600, 603):
        vehicle, call = called(bench.again())
        call.reject(status, "true")
        vehicle.said("announcement", announcement="dataDelivered")
        call.connection.hears_nothing_of("INVITE", seconds=1.5)
        _, call = called(bench.again())
        call.reject(status)
        call.connection.expect("INVITE")


def requests_in_a_row(bench):
    """Q7 Two requests in a row bring MSD 2 and 3 with the time stamp of the first."""
    _, call = called(bench)
    call.answer()
    found = [msd.decode(call.invite.part(MSD)[1])]
    for _ in range(2):
        time.sleep(1.2)  # Longer than the time stamp's second.
        found.append(call.fresh_msd())
    assert [one["messageIdentifier"] for one in found] == [1, 2, 3]
    assert len({one["timestamp"] for one in found}) == 1, "expected one time stamp"


def unknown_action(bench):
    """Q8 An unknown action is answered `unsupported`, in an INFO of the vehicle's."""
    _, call = called(bench)
    call.answer()
    call.info('<request action="record-video"/>')
    info = call.connection.expect("INFO")
    document = info.part(CONTROL)[1].decode()
    assert 'success="false"' in document and 'reason="unsupported"' in document, document
    call.connection.send(respond(info, 200, "OK"))


def unknown_package(bench):
    """Q9 An unknown INFO package is answered 469, and the call lives on."""
    _, call = called(bench)
    call.answer()
    call.info('<request action="send-data" datatype="eCall.MSD"/>', package="g.3gpp.other")
    answer = call.connection.expect(469, 200)
    assert answer.status == 469 and PACKAGE in answer.get("Recv-Info"), f"found {answer.start}"
    assert call.fresh_msd()["messageIdentifier"] == 2


def unasked_data(bench):
    """E10 No MSD after the acknowledgement that nobody asked for."""
    _, call = called(bench)
    call.answer(recv_info=None)
    call.connection.hears_nothing_of("INFO", seconds=2)


def callback_without_call(bench):
    """Q13 `Priority: psap-callback` without a call before it is an ordinary call, and not answered by itself."""
    bench.vehicle(profile="private")
    connection = bench.listener.accept()
    contact = ("Contact", "<sip:ivs@127.0.0.1;transport=tcp>")
    answer, _ = ring_back(Call(connection, Message("INVITE x SIP/2.0", [contact])))
    assert answer.status == 486, f"expected 486, found {answer.status}"


def clear_down_fallback(bench):
    """Q14 The vehicle sends no BYE for 60 min, and one at T2."""
    vehicle, call = called(bench, scale=SCALE)
    call.answer()
    call.connection.hears_nothing_of("BYE", seconds=HOUR * 0.95)
    call.connection.send(respond(call.connection.expect("BYE", timeout=HOUR * 0.15), 200, "OK"))
    vehicle.said("clearDownFallbackOver")


def manual_cancel(bench):
    """Q15 A manual call is cancelled before the answer, and no more behind it."""
    vehicle, call = called(bench, "manual")
    call.ring()
    vehicle.said("attemptRinging")
    vehicle.press()
    call.connection.send(respond(call.connection.expect("CANCEL"), 200, "OK"))
    call.reject(487)
    vehicle.said("announcement", announcement="callCancelled")
    vehicle, call = called(bench.again(), "manual")
    call.answer()
    vehicle.press()
    call.connection.hears_nothing_of("BYE", "CANCEL", seconds=1)
    vehicle.said("cancelRequested")


def automatic_cancel(bench):
    """Q16 An automatic call is never cancelled by an occupant."""
    vehicle, call = called(bench)
    call.ring()
    vehicle.press()
    vehicle.said("cancelRequested")
    call.connection.hears_nothing_of("CANCEL", seconds=1)


def second_trigger(bench):
    """Q17 A second trigger, of either kind, starts no other call and ends none."""
    vehicle, call = called(bench, "manual")
    call.answer()
    vehicle.crash()
    vehicle.said("automaticTrigger")
    vehicle.press()
    vehicle.said("cancelRequested")
    call.connection.hears_nothing_of("INVITE", "BYE", seconds=1)
    bench.listener.has_none(0.2)


def redial(bench):
    """Q18 A dropped call is redialled within 2 min of the drop, with the same time stamp and MSD 1."""
    vehicle, call = called(bench)
    call.answer()
    time.sleep(1.2)  # Longer than the time stamp's second.
    begun = time.monotonic()
    call.connection.close()
    invite = bench.listener.accept().expect("INVITE")
    assert time.monotonic() - begun < 120
    found = [msd.decode(one.part(MSD)[1]) for one in (call.invite, invite)]
    assert found[1]["messageIdentifier"] == 1 and found[0]["timestamp"] == found[1]["timestamp"], found
    vehicle.said("callLost")


def no_location(bench):
    """Q19 Without a position there is no Geolocation and no location part, and the MSD says unknown."""
    _, call = called(bench, position=False)
    assert not call.invite.get("Geolocation") and not call.invite.part("application/pidf+xml")
    assert msd.decode(call.invite.part(MSD)[1])["latitude"] == 2**31 - 1


def deleted(bench):
    """Q20 Nothing of a 112 call is left on disk 13 h after its start, while the vehicle runs."""
    scale = 3600
    vehicle, call = called(bench, scale=scale)
    begun = time.monotonic()
    call.answer()
    call.clear()
    vehicle.said("clearedDown")
    secrets = [call.invite.part(MSD)[1], call.invite.get("Call-ID").encode(), b"48.151500"]
    files = lambda: b"".join(path.read_bytes() for path in bench.folder.glob("vehicle.sqlite*"))
    end = time.monotonic() + 5
    while not all(secret in files() for secret in secrets):
        assert time.monotonic() < end, "expected the call on record before it is deleted"
        time.sleep(0.05)
    time.sleep(max(0, 3600 * 13 / scale - (time.monotonic() - begun)))
    left = [secret for secret in secrets if secret in files()]
    assert not left, f"expected nothing of the call on disk after 13 h, found {left}"
    vehicle.said("purged")


def refused_tests(bench):
    """Q22 A test call that is answered 404, 486 or 488 is over, and not redialled."""
    for status in (404, 486, 488):
        vehicle, call = called(bench.again(), "test")
        call.reject(status)
        vehicle.said("announcement", announcement="callFailed")
        # The 112 profile gives the connection up; a redial would come over another.
        bench.listener.has_none(1.5)


def early_request(bench):
    """Q25 A request for data that overtakes the 200 is served."""
    _, call = called(bench)
    call.ring()
    assert call.fresh_msd()["messageIdentifier"] == 2
    call.answer()


POINTS = [
    (manual_call, "3GPP TS 34.229-1 cl. 21, 34.229-5 cl. 11"), (answered, "3GPP TS 34.229-1 cl. 21"),
    (cleared, "3GPP TS 34.229-1 cl. 21"), (updated, "3GPP TS 34.229-5 A.23"),
    (automatic_call, "3GPP TS 34.229-1 cl. 21"), (test_call, "3GPP TS 34.229-1 cl. 21, RFC 8147 sec. 8"),
    (idle_without_connection, "3GPP TS 36.523-1 11.3"), (trigger_connects, "3GPP TS 36.523-1 11.3"),
    (callback, "3GPP TS 36.523-1 11.3, EU 2017/79 Annex VIII"), (deregistration, "3GPP TS 36.523-1 11.3, EN 16062 T10"),
    (references, "RFC 8147 sec. 5 and 9"), (acknowledged_early, "RFC 8147 sec. 9.1.3"),
    (acknowledgements, "RFC 8147 sec. 9.1.3"), (declines, "RFC 8147 sec. 5"),
    (requests_in_a_row, "RFC 8147 sec. 9.1.3, EN 15722"), (unknown_action, "RFC 8147 sec. 9.1.3"),
    (unknown_package, "RFC 6086 sec. 4.2.2"), (unasked_data, "RFC 6086 sec. 4.2.1, EN 16454"),
    (callback_without_call, "RFC 7090"), (clear_down_fallback, "EN 16062 T2"), (manual_cancel, "EN 16454"),
    (automatic_cancel, "EN 16454"), (second_trigger, "EN 16454"), (redial, "EN 16454, EN 16062"),
    (no_location, "RFC 6442"), (deleted, "EU 2017/79 Annex VIII"), (refused_tests, "RFC 6881 sec. 15"), (early_request, "RFC 8147 with RFC 6086"),
]
