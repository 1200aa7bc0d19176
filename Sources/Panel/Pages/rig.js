// The rig: moves the simulated lines, and gives the rig faults.

import { button, byId, call, draw, follow, keyed, make, poll, report, setData, setText, staleText } from "/panel.js";

const ringFaults = ["supply", "dead", "transmitter", "receiver", "fibre", "weak"];
const outputRoles = new Set(["led", "malfunctionLamp", "chime", "requestedLamp", "horn", "doorLock", "doorUnlock"]);
const milliarcseconds = 3600000;

const rig = { isSimulated: null, button: "sos-button", askInjections: null };

// The held SOS button, a dead man's switch: each request keeps the line active for a moment only, so that a page which
// dies, or whose release is lost, lets go of it.
const pulse = 1500;
const renewal = 500;
const retries = 10;

class Hold {
    #isHeld = false;
    #press = 0;
    #name = "";
    #timer = 0;
    #waiting = 0;
    // What Status says counts from the first answer to a press on: before that it tells of the time before.
    #isAnswered = true;
    #isToldInactive = false;
    #order = Promise.resolve();

    press(name) {
        if (this.#isHeld) return;
        this.#isHeld = true;
        this.#press += 1;
        this.#name = name;
        this.#isAnswered = false;
        this.#show(true);
        this.#renew(this.#press);
        this.#timer = setInterval(() => this.#renew(this.#press), renewal);
    }

    release() {
        if (!this.#end()) return;
        const press = this.#press;
        this.#inOrder(() => this.#letGo(press, retries));
    }

    // The page is going: nothing waits for an order any more.
    leave() {
        if (this.#end()) this.#send("SetLine", { level: "inactive" });
    }

    hear(lines) {
        const level = lines.find((line) => line.name === (this.#name || rig.button))?.level;
        this.#isToldInactive = level === "inactive";
        if (this.#isAnswered) this.#show(level === "active");
    }

    hearNothing() {
        this.#show(this.#isHeld);
    }

    #end() {
        if (!this.#isHeld) return false;
        this.#isHeld = false;
        clearInterval(this.#timer);
        return true;
    }

    #show(isPressed) {
        byId("sos-hold").setAttribute("aria-pressed", String(isPressed));
    }

    // One after the other: the end of a press must overtake neither its beginning nor a renewal.
    #inOrder(act) {
        this.#order = this.#order.then(act).catch(() => {});
    }

    #send(method, parameters) {
        const options = { wait: pulse, keepalive: true };
        return call(method, { name: this.#name, ...parameters }, "hold", options);
    }

    // At most one waits: a slow panel must not gather renewals that outlive the press.
    #renew(press) {
        if (this.#waiting === press) return;
        this.#waiting = press;
        this.#inOrder(async () => {
            const isStill = () => this.#press === press;
            if (this.#isHeld && isStill()) await this.#send("PulseLine", { milliseconds: pulse });
            if (!isStill()) return;
            this.#waiting = 0;
            this.#isAnswered = true;
        });
    }

    async #letGo(press, left) {
        if (await this.#send("SetLine", { level: "inactive" })) return;
        this.#isToldInactive = false;
        if (left === 0) return;
        setTimeout(() => {
            // A new press has its own release.
            if (this.#press !== press) return;
            if (this.#isToldInactive) report("hold", null);
            else this.#inOrder(() => (this.#press === press ? this.#letGo(press, left - 1) : null));
        }, renewal);
    }
}

const hold = new Hold();

function prepareHold() {
    const node = byId("sos-hold");
    const isKey = (event) => event.key === " " || event.key === "Enter";
    node.addEventListener("pointerdown", (event) => {
        if (event.button === 0) hold.press(rig.button);
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave", "blur"]) {
        node.addEventListener(end, () => hold.release());
    }
    node.addEventListener("keydown", (event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        // Whom another window has made let go has to press anew.
        if (!event.repeat) hold.press(rig.button);
    });
    node.addEventListener("keyup", (event) => {
        if (isKey(event)) hold.release();
    });
    node.addEventListener("contextmenu", (event) => event.preventDefault());
    // Who goes to another window lets go of the button.
    window.addEventListener("blur", () => hold.release());
    document.addEventListener("visibilitychange", () => {
        if (document.hidden) hold.release();
    });
    window.addEventListener("pagehide", () => hold.leave());
}

function onClick(id, method, parameters) {
    byId(id).addEventListener("click", () => call(method, parameters()));
}

function coverName() {
    return byId("cover-card").dataset.line;
}

function showCover(lines) {
    const cover = lines.find((line) => line.role === "sosCover");
    byId("cover-card").hidden = !cover;
    if (!cover) return;
    setData(byId("cover-card"), "line", cover.name);
    setText(byId("cover-state"), cover.level === "active" ? "open" : "closed");
}

function buildCrashLine({ name }) {
    const profile = make("input", { id: `profile-${name}`, type: "text", autocomplete: "off", spellcheck: "false" });
    const play = (signal) => {
        const value = profile.value.trim();
        if (value) call("PlayLine", { name, profile: value, signal });
        else profile.focus();
    };
    const fire = button("Fire", () => call("PulseLine", { name, milliseconds: 200 }), { "data-fire": name });
    return make(
        "li",
        { class: "tile", "data-line": name },
        make("p", { class: "row" }, make("strong", {}, name), make("span", { class: "level" }), fire),
        make(
            "p",
            { class: "row" },
            make("label", { for: profile.id }, "Profile"),
            profile,
            button("Play crash", () => play("crash")),
            button("Play idle", () => play("idle")),
        ),
    );
}

function showCrashLines(lines) {
    const crash = lines.filter((line) => line.role === "crash");
    byId("crash-card").hidden = crash.length === 0;
    keyed(byId("crash-lines"), crash, (line) => line.name, buildCrashLine, (node, line) => {
        setText(node.querySelector(".level"), line.level);
    });
}

function dot() {
    const disc = draw("circle", { cx: 10, cy: 10, r: 8 });
    return draw("svg", { class: "dot", viewBox: "0 0 20 20", "aria-hidden": "true" }, disc);
}

function buildLine({ name }) {
    const cell = (label, ...children) => make("td", { "data-label": label }, ...children);
    return make(
        "tr",
        { "data-line": name },
        make("th", { scope: "row" }, name),
        cell("Role", make("span", { class: "role" })),
        cell("Level", dot(), make("span", { class: "level" })),
        cell("Health", make("span", { class: "health" })),
    );
}

function updateLine(node, line) {
    const isOutput = outputRoles.has(line.role);
    setData(node, "level", line.level);
    setData(node, "health", line.health);
    setData(node, "output", isOutput);
    setText(node.querySelector(".role"), line.role);
    setText(node.querySelector(".level"), isOutput ? (line.level === "active" ? "on" : "off") : line.level);
    setText(node.querySelector(".health"), line.detail ?? line.health);
}

function buildUnit(unit) {
    const breakIt = (fault) =>
        button(fault, () => call("BreakRing", { unit: unit.number, fault }), {
            "data-fault": `${unit.number}-${fault}`,
            "aria-label": `Break unit ${unit.number}: ${fault}`,
        });
    const loop = button("Loop in", () => call("PlugRing", { unit: unit.number }), {
        "data-loop": unit.number,
        "aria-label": `Put the loop in the place of unit ${unit.number}`,
    });
    return make(
        "li",
        { class: "tile", "data-unit": unit.number },
        make("p", {}, make("strong", {}, `${unit.number}. ${unit.name}`), make("span", { class: "quiet place" })),
        make("p", { class: "readings" }),
        make("div", { class: "row tight" }, ...ringFaults.map(breakIt), loop),
    );
}

const readings = [
    ["supply", "supply", "no supply"],
    ["alive", "alive", "dead"],
    ["light", "light", "no light"],
    ["bypassed", "loop in its place", "no loop"],
];

function reading(unit, [member, yes, no]) {
    const value = unit[member];
    if (value === null || value === undefined) return { member, word: `${member}: not told`, mood: "untold" };
    if (member === "bypassed") return { member, word: value ? yes : no, mood: value ? "loop" : "untold" };
    return { member, word: value ? yes : no, mood: value ? "fine" : "bad" };
}

function updateUnit(node, unit) {
    setText(node.querySelector(".place"), unit.place ? ` ${unit.place}` : "");
    const all = readings.map((each) => reading(unit, each));
    const build = () => make("span", { class: "chip" });
    keyed(node.querySelector(".readings"), all, ({ member }) => member, build, (chip, each) => {
        setText(chip, each.word);
        setData(chip, "mood", each.mood);
    });
}

function showRing(ring) {
    byId("ring-card").hidden = ring === null;
    if (ring === null) return;
    const words = {
        true: "The ring is closed.",
        false: "The ring is broken.",
        null: "Nothing tells whether it is closed.",
    };
    setText(byId("ring-closed"), `${words[ring.closed]} Moments without light: ${ring.criticalUnlocks}.`);
    const units = ring.units.map((unit, index) => ({ ...unit, number: index + 1 }));
    keyed(byId("ring-units"), units, (unit) => `${unit.number} ${unit.name}`, buildUnit, updateUnit);
}

const injectionKey = ({ item, unit }) => (unit ? `${item} ${unit}` : item);

function parametersOf({ item, unit }) {
    return unit ? { item, unit } : { item };
}

function buildInjection(injection) {
    const node = button(
        "",
        async () => {
            const isOn = node.getAttribute("aria-checked") === "true";
            await call(isOn ? "HealFault" : "InjectFault", parametersOf(injection));
            rig.askInjections();
        },
        { role: "switch", class: "switch", "aria-checked": "false", "data-injection": injectionKey(injection) },
    );
    node.append(make("span", { class: "name" }, injectionKey(injection)), make("span", { class: "state" }));
    return make("li", {}, node);
}

function updateInjection(node, { injected }) {
    const control = node.firstChild;
    control.setAttribute("aria-checked", String(injected));
    setText(control.querySelector(".state"), injected ? "injected" : "off");
}

async function askInjections() {
    if (rig.isSimulated !== true) return;
    const body = await call("Injections", {}, "injections");
    if (body) keyed(byId("injections"), body.injections, injectionKey, buildInjection, updateInjection);
}

function showVehicle(values) {
    byId("vehicle-none").hidden = values.length > 0;
    keyed(byId("vehicle-values"), values, (value) => value.name, () => make("li"), (node, value) => {
        setText(node, `${value.name}: ${value.value}`);
    });
}

function prepareVehicle() {
    onClick("ignition-on", "SetVehicle", () => ({ values: { ignition: true } }));
    onClick("ignition-off", "SetVehicle", () => ({ values: { ignition: false } }));
    onClick("ignition-forget", "SetVehicle", () => ({ values: {}, forget: ["ignition"] }));
    onClick("speed-forget", "SetVehicle", () => ({ values: {}, forget: ["speed"] }));
    byId("speed-form").addEventListener("submit", (event) => {
        event.preventDefault();
        call("SetVehicle", { values: { speed: byId("speed").valueAsNumber } });
    });
}

async function setPosition(event) {
    event.preventDefault();
    const inUnits = (id) => Math.round(byId(id).valueAsNumber * milliarcseconds);
    const parameters = { latitudeMilliarcseconds: inUnits("latitude"), longitudeMilliarcseconds: inUnits("longitude") };
    if (await call("SetPosition", parameters)) setText(byId("position-state"), "The position is set.");
}

async function clearPosition() {
    if (await call("ClearPosition")) setText(byId("position-state"), "The position is unknown.");
}

function prepareButtons() {
    onClick("sos-press", "PressButton", () => ({ holdMilliseconds: 1200 }));
    onClick("cover-open", "SetLine", () => ({ name: coverName(), level: "active" }));
    onClick("cover-close", "SetLine", () => ({ name: coverName(), level: "inactive" }));
    onClick("ring-loop-out", "PlugRing", () => ({}));
    onClick("ring-restart", "RestartRing", () => ({ restarted: true }));
    onClick("ring-restart-over", "RestartRing", () => ({ restarted: false }));
    onClick("ring-mend", "MendRing", () => ({}));
    byId("heal-all").addEventListener("click", async () => {
        await call("HealFault");
        rig.askInjections();
    });
    byId("position-form").addEventListener("submit", setPosition);
    byId("position-unknown").addEventListener("click", clearPosition);
}

function showSimulated(isSimulated) {
    if (rig.isSimulated === isSimulated) return;
    rig.isSimulated = isSimulated;
    byId("rig-closed").hidden = isSimulated;
    byId("rig-controls").hidden = !isSimulated;
    if (isSimulated) rig.askInjections();
    else hold.release();
}

function show(status) {
    showSimulated(status.simulated === true);
    if (status.simulated === true) showLines(status);
    setText(byId("stale"), "");
}

function showLines(status) {
    rig.button = status.lines.find((line) => line.role === "sosButton")?.name ?? "sos-button";
    hold.hear(status.lines);
    setText(byId("rig-call"), status.trigger ? `${status.state}, trigger ${status.trigger}` : status.state);
    showCover(status.lines);
    showCrashLines(status.lines);
    showRing(status.ring);
    showVehicle(status.vehicle);
    keyed(byId("lines"), status.lines, (line) => line.name, buildLine, updateLine);
}

function showSilence(isSure) {
    setText(byId("stale"), staleText(isSure));
    hold.hearNothing();
}

prepareHold();
prepareVehicle();
prepareButtons();
rig.askInjections = poll(askInjections, 2000);
follow({ status: show, silence: showSilence, sleeps: true });
