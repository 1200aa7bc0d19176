"""SIP as a conformance peer needs it: messages as they are on the wire, over one TCP connection, every one kept.

Written for the tests and sharing nothing with the product, so that a mistake there is not repeated here.
"""

import collections
import queue
import secrets
import socket
import threading
import time

CONTROL = "application/EmergencyCallData.Control+xml"
MSD = "application/EmergencyCallData.eCall.MSD"
PACKAGE = "EmergencyCallData.eCall.MSD"
NAMESPACE = "urn:ietf:params:xml:ns:EmergencyCallData:control"


class Message:
    """A start line, header fields in their order, and a body."""

    def __init__(self, start, headers=(), body=b""):
        self.start, self.headers, self.body = start, list(headers), body

    @classmethod
    def parse(cls, head, body):
        lines = head.decode("utf-8", "surrogateescape").split("\r\n")
        fields = (line.split(":", 1) for line in lines[1:] if ":" in line)
        return cls(lines[0], [(name.strip(), value.strip()) for name, value in fields], body)

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name, default=""):
        return next(iter(self.all(name)), default)

    @property
    def status(self):
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else None

    @property
    def method(self):
        return None if self.status else self.start.split()[0]

    @property
    def uri(self):
        return self.start.split()[1]

    def octets(self):
        headers = [pair for pair in self.headers if pair[0].lower() != "content-length"]
        headers.append(("Content-Length", str(len(self.body))))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"{self.start}\r\n{head}\r\n".encode("utf-8", "surrogateescape") + self.body

    def parts(self):
        """The parts of a multipart body, or the body as its only part: fields by lower-case name, and octets."""
        kind = self.get("Content-Type")
        if not kind.lower().startswith("multipart/"):
            return [({"content-type": kind}, self.body)] if self.body else []
        boundary = kind.split("boundary=", 1)[1].split(";")[0].strip().strip('"')
        found = []
        for piece in (b"\r\n" + self.body).split(b"\r\n--" + boundary.encode())[1:]:
            if piece.startswith(b"--"):
                break
            head, _, octets = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            fields = (line.split(":", 1) for line in head.decode().split("\r\n") if ":" in line)
            found.append(({name.strip().lower(): value.strip() for name, value in fields}, octets))
        return found

    def part(self, kind):
        return next((part for part in self.parts() if part[0].get("content-type", "").lower() == kind.lower()), None)

    def reference(self, purpose):
        """The Content-ID that Call-Info names for a purpose."""
        for value in self.all("Call-Info"):
            if f"purpose={purpose}" in value:
                return value[value.index("<cid:") + 5 : value.index(">")]
        return None

    def tag(self, name):
        value = self.get(name)
        return value.split("tag=", 1)[1].split(";")[0] if "tag=" in value else ""


def multipart(parts, boundary=None):
    """Fields and body of a multipart/mixed of (content type, fields, octets)."""
    boundary = boundary or "b" + secrets.token_hex(8)
    body = b""
    for kind, fields, octets in parts:
        head = "".join(f"{name}: {value}\r\n" for name, value in [("Content-Type", kind), *fields])
        body += f"--{boundary}\r\n{head}\r\n".encode() + octets + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return [("MIME-Version", "1.0"), ("Content-Type", f"multipart/mixed;boundary={boundary}")], body


def control(content, content_id):
    """A control document as a part."""
    document = f'<?xml version="1.0" encoding="UTF-8"?>\r\n<EmergencyCallData.Control xmlns="{NAMESPACE}">{content}'
    fields = [("Content-ID", f"<{content_id}>"), ("Content-Disposition", "by-reference")]
    return CONTROL, fields, (document + "</EmergencyCallData.Control>\r\n").encode()


def session(host="127.0.0.1", port=9):
    """A session of G.711 A-law."""
    lines = [
        "v=0", f"o=peer 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0", f"m=audio {port} RTP/AVP 8",
        "a=rtpmap:8 PCMA/8000", "a=sendrecv", "",
    ]
    return "\r\n".join(lines).encode()


class Connection:
    """One TCP connection: messages come into a queue, and every one is kept with its direction and time."""

    def __init__(self, stream, log):
        self.stream, self.log = stream, log
        self.inbox = queue.Queue()
        self.isOpen = True
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        buffer = b""
        while True:
            try:
                octets = self.stream.recv(65536)
            except OSError:
                octets = b""
            if not octets:
                break
            buffer += octets
            buffer = self._take(buffer)
        self.isOpen = False
        self.inbox.put(None)

    def _take(self, buffer):
        while buffer:
            if buffer.startswith(b"\r\n"):
                if buffer.startswith(b"\r\n\r\n"):
                    self.stream.sendall(b"\r\n")  # The answer to a ping (RFC 5626 4.4.1).
                    buffer = buffer[2:]
                buffer = buffer[2:]
                continue
            head, end, rest = buffer.partition(b"\r\n\r\n")
            if not end:
                break
            message = Message.parse(head, b"")
            length = int(message.get("Content-Length", "0"))
            if len(rest) < length:
                break
            message.body, buffer = rest[:length], rest[length:]
            self.log.append(("received", time.monotonic(), message))
            self.inbox.put(message)
        return buffer

    def send(self, message):
        self.log.append(("sent", time.monotonic(), message))
        self.stream.sendall(message.octets())

    def next(self, timeout=10.0):
        """The next message; None when the connection has ended or nothing came."""
        try:
            return self.inbox.get(timeout=timeout)
        except queue.Empty:
            return None

    def expect(self, *words, timeout=10.0):
        """The next message of one of the methods or statuses; others are passed over."""
        end = time.monotonic() + timeout
        passed = []
        while (left := end - time.monotonic()) > 0:
            message = self.next(left)
            if message is None:
                break
            if message.method in words or message.status in words:
                return message
            passed.append(message.start)
        raise AssertionError(f"expected {' or '.join(map(str, words))}, found {', '.join(passed) or 'nothing'}")

    def hears_nothing_of(self, *words, seconds):
        """Whether none of the methods comes within a time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            message = self.next(left)
            if message is None and not self.isOpen:
                raise AssertionError("expected silence, found the end of the connection")
            if message is not None and message.method in words:
                raise AssertionError(f"expected no {' or '.join(words)} within {seconds} s, found {message.start}")

    def close(self):
        for act in (lambda: self.stream.shutdown(socket.SHUT_RDWR), self.stream.close):
            try:
                act()
            except OSError:
                pass


class Listener:
    """A port on loopback at which connections are accepted, the scripted center's."""

    def __init__(self, log):
        self.log = log
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.arrivals = queue.Queue()
        self.connections = collections.deque()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                stream, _ = self.socket.accept()
            except OSError:
                return
            connection = Connection(stream, self.log)
            self.connections.append(connection)
            self.arrivals.put(connection)

    def accept(self, timeout=10.0):
        try:
            return self.arrivals.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f"expected a connection within {timeout} s, found none") from None

    def has_none(self, seconds):
        try:
            self.arrivals.get(timeout=seconds)
        except queue.Empty:
            return
        raise AssertionError(f"expected no connection within {seconds} s, found one")

    def close(self):
        self.socket.close()
        for connection in self.connections:
            connection.close()
