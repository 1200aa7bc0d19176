"""A browser by the W3C WebDriver protocol, as chromedriver speaks it; nothing but the standard library."""

import base64
import json
import subprocess
import time
import urllib.error
import urllib.request


class Browser:
    """One headless Chromium, with what its console says."""

    def __init__(self, driver: str = "chromedriver") -> None:
        self.process = subprocess.Popen(
            [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        port = None
        for line in self.process.stdout:
            if "started successfully on port" in line:
                port = line.rsplit(" ", 1)[1].strip().rstrip(".")
                break
        if port is None:
            raise RuntimeError("chromedriver did not start")
        self.base = f"http://127.0.0.1:{port}"
        options = {
            # A container's /dev/shm is too small for Chromium.
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--window-size=1280,900", "--autoplay-policy=no-user-gesture-required"]
        }
        try:
            self.begin(options)
        except Exception:
            self.process.terminate()
            raise

    def begin(self, options) -> None:
        reply = self.send("POST", "/session", {
            "capabilities": {"alwaysMatch": {
                "browserName": "chrome",
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL"},
            }}
        })
        self.session = f"/session/{reply['sessionId']}"

    def send(self, method: str, path: str, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise RuntimeError(f"{path}: {value['error']}: {value['message'].splitlines()[0]}") from None

    def call(self, path: str, body=None, method: str = "POST"):
        return self.send(method, self.session + path, {} if body is None and method == "POST" else body)

    def open(self, url: str) -> None:
        self.call("/url", {"url": url})

    def script(self, text: str, *arguments):
        return self.call("/execute/sync", {"script": text, "args": list(arguments)})

    def find(self, selector: str):
        element = self.call("/element", {"using": "css selector", "value": selector})
        return next(iter(element.values()))

    def click(self, selector: str) -> None:
        self.call(f"/element/{self.find(selector)}/click")

    def keys(self, actions) -> None:
        self.call("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def text(self, selector: str) -> str:
        return self.script("const e = document.querySelector(arguments[0]); return e ? e.textContent : null", selector) or ""

    def attribute(self, selector: str, name: str):
        return self.script(
            "const e = document.querySelector(arguments[0]); return e ? e.getAttribute(arguments[1]) : null",
            selector, name,
        )

    def size(self, width: int, height: int) -> None:
        self.call("/window/rect", {"width": width, "height": height})

    def complaints(self) -> list:
        """What the console has said since this was asked last; a reply that is an error is no complaint of the page."""
        entries = self.call("/se/log", {"type": "browser"})
        return [e["message"] for e in entries if e["level"] in ("SEVERE", "WARNING")]

    def picture(self, path: str) -> None:
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("/screenshot", method="GET")))

    def until(self, what: str, condition, seconds: float = 10.0):
        """Asks again and again; a page that never gets there is the failure."""
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {seconds} s")
            time.sleep(0.05)

    def close(self) -> None:
        try:
            self.call("", method="DELETE")
        finally:
            self.process.terminate()
            self.process.wait(timeout=10)
