"""ecall-bluetooth, what it reads of BlueZ, and what a daemon makes of it. BIN is the folder of the programs."""

import json
import os
import subprocess
import sys
import tempfile
import time

import dbus
import dbusmock

BIN = os.environ["BIN"]
PHONE = "00:1B:44:11:3A:B7"
CONFIGURATION = """
vehicle: {{vin: ECALLEXAMPLE02026}}
centers: [{{name: center, host: 127.0.0.1, port: 9, uri: "sip:sos@center.invalid"}}]
selfTest: {{bluetooth: {{phone: "{phone}"}}}}
store: {{path: {folder}/vehicle.sqlite}}
control: {{socket: {folder}/ecalld.sock}}
"""


def claim(what: str, holds, seen="") -> None:
    if not holds:
        raise AssertionError(f"{what}: {seen}")
    print(f"  {what}", flush=True)


class Case(dbusmock.DBusTestCase):
    """A bus of its own in the place of the system's."""

    @classmethod
    def begin(cls):
        cls.start_system_bus()
        return cls.get_dbus(system_bus=True)


def main() -> int:
    folder = tempfile.mkdtemp(prefix="bluetooth-")
    with open(f"{folder}/ecalld.yaml", "w") as file:
        file.write(CONFIGURATION.format(phone=PHONE, folder=folder))
    bus = Case.begin()
    daemon = subprocess.Popen([f"{BIN}/ecalld", "--config", f"{folder}/ecalld.yaml"], stderr=subprocess.DEVNULL)
    mock = None
    try:
        def tell():
            return subprocess.run(
                [f"{BIN}/ecall-bluetooth", "--once", "--socket", f"{folder}/ecalld.sock", "--phone", PHONE],
                capture_output=True, text=True, timeout=30, check=False,
            )

        def faults():
            status = subprocess.run(
                [f"{BIN}/ecallctl", "status", "--json", "--socket", f"{folder}/ecalld.sock"],
                capture_output=True, text=True, timeout=30, check=True,
            )
            words = ("bluetoothAdapterGone", "phoneNotPaired", "pairingBroken")
            return [one["fault"] for one in json.loads(status.stdout)["malfunctions"] if one["fault"] in words]

        end = time.monotonic() + 20
        while not os.path.exists(f"{folder}/ecalld.sock") and time.monotonic() < end:
            time.sleep(0.05)
        claim("without BlueZ it tells that there is no adapter", tell().returncode == 0 and faults() == [
            "bluetoothAdapterGone"], faults())
        mock, bluez = Case.spawn_server_template("bluez5", {}, stdout=subprocess.DEVNULL)
        control = dbus.Interface(bus.get_object("org.bluez", "/"), "org.bluez.Mock")
        claim("BlueZ without an adapter is the same", tell().returncode == 0 and faults() == ["bluetoothAdapterGone"])
        adapter = control.AddAdapter("hci0", "vehicle")
        properties = dbus.Interface(bus.get_object("org.bluez", adapter), "org.freedesktop.DBus.Properties")
        properties.Set("org.bluez.Adapter1", "Powered", dbus.Boolean(True))
        claim("a phone that BlueZ does not know is not paired", tell().returncode == 0 and faults() == [
            "phoneNotPaired"], faults())
        device = control.AddDevice("hci0", PHONE, "phone")
        claim("nor is one that it has only seen", tell().returncode == 0 and faults() == ["phoneNotPaired"], faults())
        values = dbus.Interface(bus.get_object("org.bluez", device), "org.freedesktop.DBus.Mock")
        values.UpdateProperties("org.bluez.Device1", {"Paired": dbus.Boolean(True)})
        claim("a paired phone is good, also where BlueZ does not tell of its keys", tell().returncode == 0
              and faults() == [], faults())
        values.AddProperty("org.bluez.Device1", "Bonded", dbus.Boolean(False))
        claim("a pairing whose key is gone is broken", tell().returncode == 0 and faults() == ["pairingBroken"], faults())
        values.UpdateProperties("org.bluez.Device1", {"Bonded": dbus.Boolean(True)})
        claim("and mended when it is there", tell().returncode == 0 and faults() == [], faults())
        properties.Set("org.bluez.Adapter1", "Powered", dbus.Boolean(False))
        claim("an adapter that is switched off is gone", tell().returncode == 0 and faults() == [
            "bluetoothAdapterGone"], faults())
        daemon.terminate()
        daemon.wait(timeout=20)
        refused = tell()
        claim("without a daemon it says so", refused.returncode != 0 and "ecalld.sock" in refused.stderr, refused.stderr)
    finally:
        daemon.terminate()
        daemon.wait(timeout=20)
        if mock:
            mock.terminate()
            mock.wait(timeout=20)
        Case.tearDownClass()
    print("Bluetooth holds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
