#!/usr/bin/env python3
"""A foreign Varlink client: the `varlink` module from PyPI against a control socket.

    varlink_client.py SOCKET introspect
    varlink_client.py SOCKET call METHOD [PARAMETERS]
    varlink_client.py SOCKET watch METHOD COUNT

METHOD is a full name such as net.ecall.ecalld.Status, PARAMETERS a JSON object. Prints one JSON object per reply, for
`introspect` one for the service and one per interface. Exit status: 0 all well, 3 the service answered with a Varlink
error (printed as a JSON object with "error" and "parameters"), 1 anything else.
"""

import json
import sys

import varlink


def show(value):
    print(json.dumps(value, sort_keys=True), flush=True)


def introspect(client):
    with client.open("org.varlink.service") as service:
        info = service.GetInfo()
        show(info)
        for name in info["interfaces"]:
            text = service.GetInterfaceDescription(name)["description"]
            members = varlink.Interface(text).members
            show({
                "interface": name,
                "methods": sorted(n for n, m in members.items() if type(m).__name__ == "_Method"),
                "errors": sorted(n for n, m in members.items() if type(m).__name__ == "_Error"),
            })


def call(client, name, parameters):
    interface, _, method = name.rpartition(".")
    with client.open(interface) as connection:
        show(getattr(connection, method)(**parameters))


def watch(client, name, count):
    interface, _, method = name.rpartition(".")
    with client.open(interface) as connection:
        for _, reply in zip(range(count), getattr(connection, method)(_more=True)):
            show(reply)


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 1
    path, verb, *rest = arguments
    try:
        with varlink.Client.new_with_address("unix:" + path) as client:
            if verb == "introspect" and not rest:
                introspect(client)
            elif verb == "call" and len(rest) in (1, 2):
                call(client, rest[0], json.loads(rest[1]) if len(rest) == 2 else {})
            elif verb == "watch" and len(rest) == 2:
                watch(client, rest[0], int(rest[1]))
            else:
                print(__doc__, file=sys.stderr)
                return 1
    except varlink.VarlinkError as error:
        show({"error": error.error(), "parameters": error.parameters()})
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
