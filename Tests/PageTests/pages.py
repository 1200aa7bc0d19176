"""The pages of ecallpanel in a real browser, on a simulated rig with daemon and response center.

Usage: pages.py ARTIFACTS. Starts ./panel of this checkout, and ends it. Prints a line for each claim; exits with 1 at the
first that does not hold, with a picture of what was seen.
"""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What Chromium says by itself of a request that was answered with an error, or that found nobody.
NETWORK = ("Failed to load resource", "net::ERR_")


class Rig:
    """./panel with a folder of its own and a port that was free."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="pages-")
        self.process = subprocess.Popen(
            [os.path.join(ROOT, "panel")], cwd=ROOT, text=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
            env={**os.environ, "PORT": "0", "FOLDER": self.folder},
        )
        self.url = ""
        for line in self.process.stdout:
            if line.startswith("the pages are at "):
                self.url = line.split(" at ", 1)[1].strip().rstrip("/")
                break
        if not self.url:
            self.close()
            raise RuntimeError("./panel did not start")
        self.port = int(self.url.rsplit(":", 1)[1])

    def call(self, method: str, parameters=None, headers=None, path: str = "/call/"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        given = {"Content-Type": "application/json", "X-Panel": "1"} if headers is None else headers
        connection.request("POST", path + method, json.dumps(parameters or {}), given)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else None

    def status(self):
        return self.call("Status")[1]

    def faults(self):
        return {f"{one['fault']} {one['unit']}".strip(): one for one in self.status()["malfunctions"]}

    def daemon(self) -> int:
        found = subprocess.run(
            ["pgrep", "-f", f"ecalld --config {self.folder}/"], capture_output=True, text=True, check=True
        )
        return int(found.stdout.split()[0])

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)


def claim(what: str, holds, seen="") -> None:
    if not holds:
        raise AssertionError(f"{what}: {seen}")
    print(f"  {what}", flush=True)


def quiet(browser: Browser, what: str) -> None:
    said = [line for line in browser.complaints() if not any(word in line for word in NETWORK)]
    claim(f"{what}: the console says nothing", not said, said)


def head_unit(browser: Browser, rig: Rig, pictures: str) -> None:
    print("the head unit's page")
    browser.open(rig.url + "/")
    browser.until("the call is ready", lambda: browser.attribute("#call", "data-state") == "idle")
    claim("the symbol is whole", browser.attribute("#symbol", "data-crossed") == "false")
    claim("nothing is wrong", browser.text("#headline").strip() == "")
    browser.picture(f"{pictures}/head-ready.png")
    rig.call("BreakRing", {"unit": 2, "fault": "transmitter"})
    browser.until("the warning", lambda: "SOS call malfunction" in browser.text("#headline"))
    claim("the symbol is crossed out", browser.attribute("#symbol", "data-crossed") == "true")
    claim("the driver is told what that means", "emergency call is possible" in browser.text("#warning"),
          browser.text("#warning"))
    claim("the warning falls back to lamp and buzzer", "lamp and buzzer" in browser.text("body"))
    browser.picture(f"{pictures}/head-malfunction.png")
    browser.size(480, 800)
    browser.picture(f"{pictures}/head-small.png")
    wide = browser.script("return document.documentElement.scrollWidth > window.innerWidth")
    claim("nothing scrolls sideways on a small screen", not wide)
    browser.size(1280, 900)
    rig.call("MendRing")
    browser.until("the warning goes", lambda: browser.text("#headline").strip() == "")
    claim("the symbol is whole again", browser.attribute("#symbol", "data-crossed") == "false")
    quiet(browser, "head unit")


def service(browser: Browser, rig: Rig, pictures: str) -> None:
    print("the service page names the culprit and the next step")
    rig.call("BreakRing", {"unit": 2, "fault": "transmitter"})
    browser.open(rig.url + "/service")
    browser.until("the fault memory", lambda: browser.text('#faults tr[data-fault="ringBroken"]'))
    claim("the board has every item", browser.script(
        "return document.querySelectorAll('#board tr[data-item]').length") > 30)
    browser.click("#ring-diagnose")
    browser.until("the first step", lambda: "Take the supply" in browser.text("#ring-sentence"))
    rig.call("RestartRing", {"restarted": True})
    time.sleep(0.5)
    browser.click("#ring-next")
    browser.until("the loop", lambda: "bypass loop in the place of the amplifier" in browser.text("#ring-sentence"),)
    browser.picture(f"{pictures}/service-step.png")
    rig.call("PlugRing", {"unit": 2})
    time.sleep(0.5)
    browser.click("#ring-next")
    browser.until("the culprit", lambda: "amplifier" in browser.text("#ring-sentence")
                  and "sends no light" in browser.text("#ring-sentence"))
    claim("with its remedy", "a used unit, or a bypass loop" in browser.text("#ring-sentence"))
    rig.call("PlugRing")
    rig.call("MendRing")
    states = browser.script("return [...document.querySelectorAll('#states [data-state]')].map(e => e.dataset.state)")
    claim("the diagram has the machine's states", sorted(set(states)) == [
        "connecting", "ended", "idle", "triggered", "voiceSession"], states)
    browser.until("the present state is lit", lambda: browser.attribute(
        '#states [data-state="idle"]', "data-current") == "true")
    browser.click("#inspect")
    browser.until("the inspection", lambda: "ready" in browser.text("#inspection").lower())
    browser.script("document.querySelector('#inspection').scrollIntoView()")
    browser.picture(f"{pictures}/service-inspection.png")
    browser.script("window.scrollTo(0, 0)")
    browser.picture(f"{pictures}/service.png")
    quiet(browser, "service")


def ring_faults(browser: Browser, rig: Rig) -> None:
    print("every fault of the ring, from the rig's page")
    browser.open(rig.url + "/rig")
    browser.until("the ring's switches", lambda: browser.script(
        "return document.querySelectorAll('[data-fault]').length") >= 24)
    expected = {"supply": "ringUnitUnpowered", "dead": "ringUnitDead", "transmitter": "ringBroken",
                "receiver": "ringBroken", "fibre": "ringBroken", "weak": "ringUnstable"}
    for word, fault in expected.items():
        for unit in (1, 2, 3, 4) if word != "weak" else (3,):
            browser.click(f'[data-fault="{unit}-{word}"]')
            found = browser.until(f"{word} of unit {unit}", lambda: next(
                (one for key, one in rig.faults().items() if key.split(" ")[0] == fault), None), 25)
            claim(f"{word} of unit {unit}: {found['fault']}", found["driver"] and found["mechanic"] and found["advice"])
            if word == "weak":
                break
            browser.click("#ring-mend")
            browser.until(f"{word} of unit {unit} is gone", lambda: not any(
                key.startswith("ring") for key in rig.faults()))
    browser.click("#ring-mend")


# What each switch leads to; a store that is full is found with the next write, a center away after a minute.
INJECTIONS = {
    "memory": "memoryLow", "disk": "diskLow", "configuration": "configurationUnusable", "clock": "clockUnset",
    "loop": "loopSlow", "software": "softwareFailing", "adapter": "networkAdapterGone",
    "batteryLow": "batteryInsufficient", "batteryBad": "batteryFailing", "bluetoothAdapter": "bluetoothAdapterGone",
    "bluetoothPhone": "phoneNotPaired", "bluetoothPairing": "pairingBroken",
    "circuit button-open": "buttonOpen", "circuit button-short": "buttonShort",
    "circuit microphone-open": "microphoneOpen", "circuit microphone-short": "microphoneShort",
    "circuit loudspeaker-open": "loudspeakerOpen", "circuit loudspeaker-short": "loudspeakerShort",
    "circuit antenna-open": "antennaOpen", "circuit antenna-short": "antennaShort",
    "circuit networkAntenna-open": "networkAntennaOpen", "circuit networkAntenna-short": "networkAntennaShort",
    "circuit crash-open": "crashLineOpen", "circuit crash-short": "crashLineShort",
    "line led": "lineUnusable led", "line crash": "lineUnusable crash", "line sos-button": "lineUnusable sos-button",
    "line lamp": "lineUnusable lamp", "line chime": "lineUnusable chime", "line sos-cover": "lineUnusable sos-cover",
}

# What is proven gone after ten minutes only.
SLOW = {"softwareFailing", "ringUnstable"}


def injections(browser: Browser, rig: Rig) -> None:
    print("every item of the self-test, from the rig's page")
    browser.open(rig.url + "/rig")
    browser.until("the switches", lambda: browser.script(
        "return document.querySelectorAll('[data-injection]').length") > 30)
    listed = browser.script("return [...document.querySelectorAll('[data-injection]')].map(e => e.dataset.injection)")
    unknown = set(INJECTIONS) - {name.strip() for name in listed}
    claim("every switch is on the page", not unknown, unknown)
    for names in ([n for n in INJECTIONS if "line" not in n and n != "bluetoothPhone" and n != "bluetoothPairing"],
                  ["bluetoothPhone"], ["bluetoothPairing"], [n for n in INJECTIONS if n.startswith("line")]):
        for name in names:
            browser.script("document.querySelector(arguments[0]).click()", f'[data-injection="{name}"]')
        wanted = {INJECTIONS[name] for name in names}
        browser.until(f"{', '.join(sorted(wanted))}", lambda: wanted <= set(rig.faults()), 30)
        for name in names:
            told = rig.faults()[INJECTIONS[name]]
            claim(f"{name}: {told['code']} {told['mechanic']}", told["driver"] and told["advice"])
        browser.click("#heal-all")
        try:
            browser.until("all is healed", lambda: not set(rig.faults()) - SLOW, 30)
        except AssertionError as failure:
            raise AssertionError(f"{failure}: {set(rig.faults())}") from None


def call(browser: Browser, rig: Rig, pictures: str) -> None:
    print("a call by the button of the rig's page")
    rig.call("InjectFault", {"item": "circuit", "unit": "microphone-open"})
    browser.until("the microphone is out", lambda: "microphoneOpen" in rig.faults(), 15)
    browser.open(rig.url + "/rig")
    browser.until("the button", lambda: browser.script(
        "const e = document.querySelector('#sos-press'); return e && e.offsetParent !== null"))
    rig.call("SetLine", {"name": "sos-cover", "level": "active"})
    browser.click("#sos-press")
    browser.open(rig.url + "/")
    browser.until("the call goes out", lambda: browser.attribute("#call", "data-state") == "connecting")
    browser.until("the center answers", lambda: browser.attribute("#call", "data-state") == "voiceSession", 15)
    claim("the call is shown as degraded", "degraded" in browser.text("body").lower())
    browser.picture(f"{pictures}/head-connected.png")
    rig.call("HealFault")
    quiet(browser, "call")


def keyboard(browser: Browser, rig: Rig) -> None:
    print("the rig by the keyboard")
    browser.open(rig.url + "/rig")
    browser.until("the button", lambda: browser.script(
        "const e = document.querySelector('#sos-hold'); return e && e.offsetParent !== null"))
    browser.script("document.querySelector('#sos-hold').focus()")
    level = lambda: next(one["level"] for one in rig.status()["lines"] if one["name"] == "sos-button")  # noqa: E731
    browser.keys([{"type": "keyDown", "value": " "}])
    browser.until("the button is down", lambda: level() == "active")
    browser.keys([{"type": "keyUp", "value": " "}])
    browser.until("the button is up", lambda: level() == "inactive")
    quiet(browser, "rig")


def guard(rig: Rig) -> None:
    print("who may ask")
    claim("a page of another site may not call", rig.call("PressButton", {}, {"Content-Type": "text/plain"})[0] == 403)
    claim("a form may not call", rig.call("PressButton", {}, {"X-Panel": "1"})[0] == 403)
    foreign = {"Host": "rig.example", "Content-Type": "application/json", "X-Panel": "1"}
    claim("another name is not served", rig.call("Status", {}, foreign)[0] == 421)
    claim("a method that is for tools is refused", rig.call("SetGarageMode")[0] == 404)
    claim("what is no method is refused", rig.call("x" * 300)[0] == 404)
    status, reply = rig.call("InjectFault", {"item": "engine"})
    claim("a refusal of the daemon comes as a sentence", status == 422 and reply["error"].endswith("OutOfRange"), reply)
    for body in ("[1]", "5", '"x"', "{["):
        connection = http.client.HTTPConnection("127.0.0.1", rig.port, timeout=15)
        connection.request("POST", "/call/Status", body, {"Content-Type": "application/json", "X-Panel": "1"})
        claim(f"{body} is no object", connection.getresponse().status == 400)
    for name, value in (("X-Forwarded-For", "192.0.2.1"), ("Via", "1.1 proxy"), ("Forwarded", "for=192.0.2.1")):
        proxied = {"Content-Type": "application/json", "X-Panel": "1", name: value}
        claim(f"through a proxy ({name}) nothing is served without a token", rig.call("Status", {}, proxied)[0] == 403)
    other = {"Content-Type": "application/json", "X-Panel": "1", "Sec-Fetch-Site": "cross-site"}
    claim("a picture of another site gets nothing", rig.call("Status", {}, other)[0] == 403)
    claim("too much is refused", rig.call("SetLine", {"name": "x" * 5000})[0] == 413)
    open_pages = []
    for _ in range(40):
        page = http.client.HTTPConnection("127.0.0.1", rig.port, timeout=15)
        page.request("GET", "/events")
        answer = page.getresponse()
        open_pages.append((page, answer.status))
    claim("pages beyond the limit are refused, and none of the others", sorted({s for _, s in open_pages}) == [200, 503])
    for page, _ in open_pages:
        page.close()


def network(rig: Rig) -> None:
    print("reachable from the network")
    program = os.path.join(ROOT, ".build/debug/ecallpanel")
    base = [program, "--socket", f"{rig.folder}/ecalld.sock", "--port", "0", "--host", "0.0.0.0"]
    refused = subprocess.run(base, capture_output=True, text=True, timeout=20, check=False)
    claim("without a token it does not start", refused.returncode != 0 and "--token-file" in refused.stderr)
    token = os.path.join(rig.folder, "token")
    with open(os.open(token, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write("correct-horse-battery-1\n")
    panel = subprocess.Popen(base + ["--token-file", token], stdout=subprocess.PIPE, text=True)
    try:
        port = int(panel.stdout.readline().strip().rstrip("/").rsplit(":", 1)[1])

        def get(path, headers=None):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Set-Cookie")

        claim("a page without the token is refused", get("/")[0] == 401)
        claim("a wrong token is refused", get("/?token=wrong-horse-battery-11")[0] == 401)
        status, cookie = get("/?token=correct-horse-battery-1")
        claim("the token becomes a cookie that no script reads", status == 303 and "HttpOnly" in cookie, cookie)
        claim("the cookie opens the page", get("/", {"Cookie": cookie.split(";")[0]})[0] == 200)
        end = time.monotonic() + 10
        while "shut until the next start" not in rig.status()["gate"]["sentence"] and time.monotonic() < end:
            time.sleep(0.05)
        claim("the 112 gate is shut", "shut until the next start" in rig.status()["gate"]["sentence"])
    finally:
        panel.terminate()
        panel.wait(timeout=20)


def frozen_daemon(browser: Browser, rig: Rig) -> None:
    print("a daemon that stands still")
    browser.open(rig.url + "/")
    browser.until("the page lives", lambda: browser.attribute("#call", "data-state") not in (None, "unknown"), 20)
    daemon = rig.daemon()
    os.kill(daemon, signal.SIGSTOP)
    try:
        browser.until("the page says so", lambda: "no answer from the SOS unit" in browser.text("#headline"))
        end = time.monotonic() + 12
        while time.monotonic() < end:
            crossed = browser.attribute("#symbol", "data-crossed")
            if crossed != "true":
                raise AssertionError("an old status is taken for a sign of life")
            time.sleep(0.1)
        claim("and stays so while it stands", True)
    finally:
        os.kill(daemon, signal.SIGCONT)
    browser.until("it is back", lambda: "no answer" not in browser.text("#headline"), 20)


def dead_daemon(browser: Browser, rig: Rig, pictures: str) -> None:
    print("a daemon that dies")
    browser.open(rig.url + "/")
    browser.until("the page lives", lambda: browser.attribute("#call", "data-state") not in (None, "unknown"), 20)
    os.kill(rig.daemon(), signal.SIGKILL)
    killed = time.monotonic()
    browser.until("the page says so", lambda: "no answer from the SOS unit" in browser.text("#headline"))
    took = time.monotonic() - killed
    claim(f"after {took:.1f} s, by itself", took < 4.5)
    claim("the symbol is crossed out", browser.attribute("#symbol", "data-crossed") == "true")
    browser.picture(f"{pictures}/head-silent.png")
    claim("a call of a page says that nobody answers", rig.call("Status")[0] == 502)
    quiet(browser, "silence")


def main() -> int:
    pictures = sys.argv[1]
    os.makedirs(pictures, exist_ok=True)
    rig, browser = None, None
    try:
        rig = Rig()
        browser = Browser()
        head_unit(browser, rig, pictures)
        service(browser, rig, pictures)
        ring_faults(browser, rig)
        injections(browser, rig)
        keyboard(browser, rig)
        call(browser, rig, pictures)
        guard(rig)
        network(rig)
        frozen_daemon(browser, rig)
        dead_daemon(browser, rig, pictures)
    except (AssertionError, RuntimeError) as failure:
        print(f"FAILED: {failure}", flush=True)
        if browser:
            browser.picture(f"{pictures}/failed.png")
        return 1
    finally:
        if browser:
            browser.close()
        if rig:
            rig.close()
    print("the pages hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
