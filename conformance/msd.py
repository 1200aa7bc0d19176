"""The MSD of EN 15722, version 2 and 3, bit by bit, as far as the points ask for it."""

ALPHABET = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"


class Bits:
    def __init__(self, octets):
        self.text = "".join(f"{octet:08b}" for octet in octets)
        self.at = 0

    def take(self, count):
        value = int(self.text[self.at : self.at + count], 2)
        self.at += count
        return value


def decode(octets):
    """The fields of an MSD by name; `length` is whether the message is as long as its own length says."""
    bits = Bits(octets)
    found = {"version": bits.take(8)}
    found["length"] = bits.take(8) == len(octets) - 2
    bits.take(2)
    bits.take(1)
    has_occupants = bits.take(1)
    found["messageIdentifier"] = bits.take(8)
    found["automatic"], found["test"], found["trusted"] = bits.take(1), bits.take(1), bits.take(1)
    bits.take(1)
    found["type"] = bits.take(5) + 1
    found["vin"] = "".join(ALPHABET[bits.take(6)] for _ in range(17))
    bits.take(1)
    present = bits.take(7)
    bits.take(bin(present).count("1") or 0) if present else None
    found["timestamp"] = bits.take(32)
    found["latitude"], found["longitude"] = bits.take(32) - 2**31, bits.take(32) - 2**31
    found["direction"] = bits.take(8)
    found["deltas"] = [bits.take(10) - 512 for _ in range(4)] if found["version"] == 3 else []
    found["occupants"] = bits.take(8) if has_occupants and found["version"] == 3 else None
    return found


def encode(identifier=1, automatic=True, test=False, timestamp=1_790_000_000, version=3):
    """An MSD of version 3 of the vehicle ECALLEXAMPLE02026 near 48.15 N 11.58 E, with both recent locations."""
    assert version == 3
    fields = [
        (0, 1), (0, 1), (0, 1), (0, 1), (identifier, 8), (int(automatic), 1), (int(test), 1), (1, 1), (0, 1), (0, 5),
        *((ALPHABET.index(letter), 6) for letter in "ECALLEXAMPLE02026"), (0, 1), (0, 7), (timestamp, 32),
        (173_345_400 + 2**31, 32), (41_680_440 + 2**31, 32), (45, 8), (512, 10), (512, 10), (512, 10), (512, 10),
    ]
    text = "".join(f"{value:0{width}b}" for value, width in fields)
    text += "0" * (-len(text) % 8)
    message = bytes(int(text[index : index + 8], 2) for index in range(0, len(text), 8))
    return bytes([version, len(message)]) + message
