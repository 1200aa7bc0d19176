"""The built programs, each in a folder of its own, and what they say of themselves."""

import json
import os
import pathlib
import subprocess
import threading
import time

BIN = pathlib.Path(os.environ.get("ECALL_BIN", ".build/debug"))


class Program:
    """A program that tells events as lines of JSON."""

    def __init__(self, arguments, folder, name, stdin=None):
        self.process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=stdin or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=open(folder / f"{name}.log", "w"),
            text=True,
        )
        self.events, self.isChanged = [], threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            with self.isChanged:
                self.events.append(event)
                self.isChanged.notify_all()

    def said(self, kind, timeout=10.0, **wanted):
        """The first event of a kind whose fields have these values; waits for it."""
        end = time.monotonic() + timeout
        with self.isChanged:
            while True:
                for event in self.events:
                    fields = {**event.get("fields", {}), **event}
                    if event.get("kind") == kind and all(fields.get(name) == value for name, value in wanted.items()):
                        return event
                if (left := end - time.monotonic()) <= 0:
                    raise AssertionError(f"expected the event {kind} {wanted or ''}, found {self.kinds()}")
                self.isChanged.wait(left)

    def kinds(self):
        return [event.get("kind") for event in self.events]

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Vehicle:
    """An `ecalld` whose only center listens at a port, and a watcher of its events."""

    def __init__(self, folder, port, profile="112", scale=1, position=True, extra=()):
        self.folder, self.socket = folder, folder / "control"
        lines = [
            "vehicle: {vin: ECALLEXAMPLE02026}",
            f'profile: "{profile}"',
            f'centers: [{{name: peer, host: 127.0.0.1, port: {port}, uri: "sip:sos@center.invalid"}}]',
            "lines: {lampCheck: 0 s, button: {hold: 200 ms}}",
            f"store: {{path: {folder}/vehicle.sqlite}}",
            f"control: {{socket: {self.socket}}}",
            *(["position: {latitude: 48.1515, longitude: 11.5779}"] if position else []),
            *extra,
        ]
        if not any(line.startswith("call:") for line in lines):
            lines.append("call: {endedHold: 500 ms, redial: {gaps: [0 s, 1 s]}}")
        (folder / "ecalld.yaml").write_text("\n".join(lines) + "\n")
        arguments = [BIN / "ecalld", "--config", folder / "ecalld.yaml", "--time-scale", scale]
        self.daemon = Program(arguments, folder, "ecalld")
        end = time.monotonic() + 10
        while not self.socket.exists():
            if time.monotonic() > end or self.daemon.process.poll() is not None:
                raise AssertionError("ecalld did not start: " + (folder / "ecalld.log").read_text()[-300:])
            time.sleep(0.01)
        self.watch = Program([BIN / "ecallctl", "--socket", self.socket, "watch", "--json"], folder, "watch")
        end = time.monotonic() + 10
        while "watching" not in (folder / "watch.log").read_text():
            if time.monotonic() > end:
                raise AssertionError("ecallctl watch does not watch")
            time.sleep(0.01)

    def control(self, *words):
        done = subprocess.run(
            [str(BIN / "ecallctl"), "--socket", str(self.socket), *words], capture_output=True, text=True, timeout=20
        )
        return done.stdout + done.stderr

    def press(self):
        """Presses the button for 0.4 s, and waits until its contact has stopped bouncing."""
        self.control("button", "press", "--hold", "0.4")
        time.sleep(0.6)

    def crash(self):
        self.control("line", "pulse", "crash", "--ms", "300")

    def said(self, kind, timeout=10.0, **wanted):
        return self.watch.said(kind, timeout, **wanted)

    def end(self):
        self.watch.end()
        self.daemon.end()


class Center:
    """An `ecallcenter` on a free port, its commands and its events."""

    def __init__(self, folder, *options):
        arguments = [BIN / "ecallcenter", "--port", 0, "--ringing", 0.1, "--store", folder / "center.sqlite", "--json"]
        self.program = Program([*arguments, *options], folder, "ecallcenter", stdin=subprocess.PIPE)
        self.port = self.program.said("listening")["port"]

    def command(self, line):
        self.program.process.stdin.write(line + "\n")
        self.program.process.stdin.flush()

    def said(self, kind, timeout=10.0, **wanted):
        return self.program.said(kind, timeout, **wanted)

    def end(self):
        self.program.end()
