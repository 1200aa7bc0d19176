"""Ends ecalld at a random moment of a real call, again and again, and looks at what the next run makes of it.

usage: kills.py FOLDER [RUNS [SEED]]

Each run: an ecallcenter that answers, an ecalld that a crash line triggers, and after up to 2.5 s one of three ends:
SIGKILL; SIGTERM, as `systemctl stop` and `systemctl kill` send it; or a pulled plug, for which the process is stopped
in its tracks, the files of its store are copied as the system has them at that instant, and the next run finds the
copies. What a disk loses that was not synced is the simulation's matter. Then the next run has to go on with what is
open on disk, and dial nothing else. Prints a line a run, and the figures at the end.
"""

import json
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import product

ENDS = ["SIGKILL", "SIGTERM", "plug"]
LIMIT = 2.0


def rows(folder, query):
    # Read through a copy: this reader must not touch the log of a store that was cut off.
    copy = folder / "look"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for file in folder.glob("vehicle.sqlite*"):
        shutil.copy(file, copy / file.name)
    database = sqlite3.connect(copy / "vehicle.sqlite")
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def end(vehicle, how, folder):
    process = vehicle.daemon.process
    if how == "plug":
        process.send_signal(signal.SIGSTOP)
        (folder / "frozen").mkdir()
        for file in folder.glob("vehicle.sqlite*"):
            shutil.copy(file, folder / "frozen" / file.name)
    process.send_signal(signal.SIGTERM if how == "SIGTERM" else signal.SIGKILL)
    process.wait(15)
    vehicle.watch.end()
    if how == "plug":
        for file in folder.glob("vehicle.sqlite*"):
            file.unlink()
        for file in (folder / "frozen").iterdir():
            file.rename(folder / file.name)
    vehicle.socket.unlink(missing_ok=True)


def run(folder, number, chance):
    folder.mkdir(parents=True)
    how, delay = ENDS[number % len(ENDS)], chance.uniform(0.0, 2.5)
    center = product.Center(folder, "--ringing", "0.3")
    vehicle = None
    try:
        vehicle = product.Vehicle(folder, center.port, profile="private")
        trigger = subprocess.Popen(
            [product.BIN / "ecallctl", "--socket", vehicle.socket, "line", "pulse", "crash", "--ms", "300"]
        )
        time.sleep(delay)
        end(vehicle, how, folder)
        vehicle = None
        trigger.wait(10)
        heard = [event["fields"]["id"] for event in center.program.events if event["kind"] == "callReceived"]
        unfinished = [row[0] for row in rows(folder, "SELECT id FROM incidents WHERE state = 'open'")]
        recorded = rows(folder, "SELECT count(*) FROM incidents")[0][0]
        if heard and not recorded:
            raise AssertionError("the center was called, and no incident is on disk")
        begun = time.monotonic_ns()
        vehicle = product.Vehicle(folder, center.port, profile="private")
        up = (time.monotonic_ns() - begun) / 1e9
        why, deadline = {}, time.monotonic() + LIMIT
        while unfinished and time.monotonic() < deadline:
            answer = vehicle.control("why", "--json")
            why = json.loads(answer) if answer.startswith("{") else {}
            if why.get("event", {}).get("incident") == unfinished[0]:
                break
            time.sleep(0.02)
        if not unfinished:
            time.sleep(0.5)
            calls = len([event for event in center.program.events if event["kind"] == "callReceived"])
            if calls != len(heard):
                raise AssertionError("nothing was open on disk, and the center was called")
            return how, delay, "nothing to go on with", up, None
        if why.get("event", {}).get("incident") != unfinished[0]:
            raise AssertionError(f"ecallctl why says nothing of incident {unfinished[0]} within {LIMIT} s: {why}")
        # Its INVITE has to arrive, and no other one.
        time.sleep(0.5)
        calls = len([event for event in center.program.events if event["kind"] == "callReceived"])
        if calls != len(heard) + 1:
            raise AssertionError(f"the center was called {calls} times, {len(heard)} of them before the end")
        query = "SELECT min(at_ns) FROM events WHERE kind = '{}' AND at_ns > {}"
        resumed = rows(folder, query.format("callResumed", begun))[0][0]
        sent = rows(folder, query.format("inviteSent", begun))[0][0]
        if resumed is None or sent is None:
            raise AssertionError("the record has no callResumed and inviteSent of the new run")
        took = (sent - begun) / 1e9
        if took > LIMIT:
            raise AssertionError(f"the call goes on {took:.3f} s after the start of the process")
        return how, delay, f"goes on; {why['sentence'][:60]}", up, took
    finally:
        if vehicle is not None:
            vehicle.end()
        center.end()


def main():
    folder = pathlib.Path(sys.argv[1])
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f"seed {seed}")
    chance, times, failed = random.Random(seed), [], 0
    for number in range(runs):
        try:
            how, delay, what, up, took = run(folder / str(number + 1), number, chance)
            times += [took] if took is not None else []
            print(f"{number + 1:4} {how:8} after {delay:5.3f} s: {what}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"{number + 1:4} FAILED: {error}", flush=True)
    if times:
        times.sort()
        print(
            f"{len(times)} of {runs} calls went on; from the start of the process to the INVITE: median "
            f"{times[len(times) // 2] * 1000:.0f} ms, longest {times[-1] * 1000:.0f} ms"
        )
    print(f"{runs - failed} passed, {failed} failed")
    sys.exit(1 if failed or not times else 0)


main()
