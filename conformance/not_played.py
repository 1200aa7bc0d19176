"""The points that a rig without a cell, a car and hours cannot play, or that the product has no part for yet."""

CELL = "needs a cellular network: IMS registration, bearers or a USIM"
LATER = "the product has no part for it yet"

NOT_PLAYED = [
    ("P1", "3GPP TS 34.229-1 cl. 21", "Emergency REGISTER with a sos Contact", CELL),
    ("P2", "3GPP TS 34.229-1 cl. 21", "401 with AKAv1-MD5 answered", CELL),
    ("E1", "EN 16454", "Automatic trigger not with the ignition off", f"{LATER}: there is no ignition line"),
    ("E2", "EN 16454", "Self-test at power-up", LATER),
    ("E3", "EN 16454", "Registration, and that it is retried", CELL),
    ("E4", "EN 16454", "Ignition off ends no call", f"{LATER}: there is no ignition line"),
    ("E5", "EN 16454", "Priority over other communication", "the rig makes no other calls"),
    ("E6", "EN 16454", "Vehicle audio muted", f"{LATER}: there is no sound path"),
    ("E7", "EN 16454", "Set-up in limited service", CELL),
    ("E8", "EN 16454", "Voice link", f"{LATER}: there is no sound path"),
    ("E9", "EN 16454", "Configurations of the USIM", CELL),
    ("Q21", "EU 2017/79 Annex VII", "Each self-test item", LATER),
    ("Q24", "EU 2017/79 Annex X", "5 min voice, 60 min reachable, 5 min voice on the back-up supply", "needs a supply"),
]
