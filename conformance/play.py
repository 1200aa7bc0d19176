"""Plays the points of conformance against the built programs, and writes what came of each: JUnit and a report.

usage: play.py FOLDER [POINT...]
"""

import inspect
import pathlib
import sys
import time
import traceback
import xml.etree.ElementTree as xml

import center_points
import not_played
import product
import vehicle_points
from sip import Listener


class Bench:
    """What one point uses; all of it ends with the point."""

    def __init__(self, folder):
        self.root, self.log, self.count = folder, [], 0
        self.owned = []
        self.again()

    def again(self):
        """A fresh folder and, for a vehicle, a fresh center to call."""
        self.end()
        self.count += 1
        self.folder = self.root / str(self.count)
        self.folder.mkdir(parents=True)
        self.listener = self.keep(Listener(self.log))
        return self

    def vehicle(self, **options):
        return self.keep(product.Vehicle(self.folder, self.listener.port, **options))

    def center(self, *options):
        return self.keep(product.Center(self.folder, *options))

    def keep(self, thing):
        self.owned.append(thing)
        return thing

    def end(self):
        while self.owned:
            thing = self.owned.pop()
            (thing.end if hasattr(thing, "end") else thing.close)()


def name_of(point):
    """The identifiers of a point and what it claims, from its first line."""
    line = inspect.getdoc(point).split("\n")[0]
    words = line.split()
    names = []
    while words and words[0].rstrip(",")[:1] in "PQE" and words[0].rstrip(",")[1:].isdigit():
        names.append(words.pop(0).rstrip(","))
    return ", ".join(names), " ".join(words)


def play(role, point, folder):
    """Plays a point; returns why it failed, or None, with its messages and its time."""
    bench = Bench(folder)
    begun, failure = time.monotonic(), None
    try:
        point(bench)
    except AssertionError as error:
        failure = str(error) or traceback.format_exc(limit=-1).strip().split("\n")[1].strip()
    except Exception as error:  # A point that falls over has failed, whatever it fell over.
        failure = f"{type(error).__name__}: {error}"
        (folder / "traceback").write_text(traceback.format_exc())
    finally:
        bench.end()
    seconds = time.monotonic() - begun
    with open(folder / "messages.txt", "w") as file:
        for direction, at, message in bench.log:
            file.write(f"--- {at - begun:8.3f} s {direction}\n{message.octets().decode('utf-8', 'replace')}\n")
    starts = [f"{'<' if direction == 'received' else '>'} {message.start}" for direction, _, message in bench.log]
    return failure, starts, seconds


def main(folder, wanted):
    folder.mkdir(parents=True, exist_ok=True)
    suite = xml.Element("testsuite", name="conformance")
    rows, failed, played = [], 0, 0
    for role, points in (("vehicle", vehicle_points.POINTS), ("center", center_points.POINTS)):
        for point, clause in points:
            names, claim = name_of(point)
            label = f"{role}.{point.__name__}"
            if wanted and label not in wanted and point.__name__ not in wanted:
                continue
            failure, starts, seconds = play(role, point, folder / label)
            played += 1
            failed += failure is not None
            case = xml.SubElement(suite, "testcase", classname=role, name=f"{names} {claim}", time=f"{seconds:.3f}")
            if failure:
                xml.SubElement(case, "failure", message=failure)
            verdict = "passed" if failure is None else f"FAILED: {failure}"
            print(f"{'ok  ' if failure is None else 'FAIL'} {seconds:6.2f} s  {role:8}{names:10} {claim}", flush=True)
            if failure:
                print(f"       {failure}", flush=True)
            rows.append((names, role, clause, claim, verdict, starts))
    if not wanted:
        for names, clause, claim, reason in not_played.NOT_PLAYED:
            case = xml.SubElement(suite, "testcase", classname="not played", name=f"{names} {claim}")
            xml.SubElement(case, "skipped", message=reason)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(failed))
    xml.ElementTree(suite).write(folder / "junit.xml", encoding="utf-8", xml_declaration=True)
    (folder / "report.md").write_text(report(rows, failed))
    print(f"\nconformance: report in {folder}/report.md\n{played - failed} passed, {failed} failed")
    if not wanted:
        print(f"{len(not_played.NOT_PLAYED)} not played, each with its reason in the report")
    return 1 if failed or not played else 0


def report(rows, failed):
    lines = ["# Conformance", "", f"{len(rows) - failed} of {len(rows)} points passed.", ""]
    lines += ["| Point | Role | Clause | What | Verdict |", "|---|---|---|---|---|"]
    for names, role, clause, claim, verdict, _ in rows:
        lines.append(f"| {names} | {role} | {clause} | {claim} | {verdict} |")
    lines += ["", "## Not played", "", "| Point | Clause | What | Why |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(point)} |" for point in not_played.NOT_PLAYED]
    lines += ["", "## Messages seen", ""]
    for names, role, _, claim, _, starts in rows:
        lines += [f"### {names} {claim} ({role})", "", "```text", *starts, "```", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), set(sys.argv[2:])))
