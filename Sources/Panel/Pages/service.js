// The workshop's page: what was tested, what has failed, where the ring is broken, and whether the system is ready.

import { button, byId, call, draw, follow, keyed, make, poll, report, setData, setText, staleText } from "/panel.js";

const newsKept = 50;
const faultNews = new Set(["fault", "faultCleared", "faultsForgotten"]);

const verdictWords = {
    good: "good",
    faulty: "faulty",
    notMonitored: "not monitored",
    notTested: "not tested",
    noCoverage: "no coverage",
};

const service = { askBoard: null, askFaults: null, isTesting: false, news: [], ring: "", state: null };

const cell = (label, name) => make("td", { "data-label": label, class: name });

// The self-test board.

function buildItem({ name }) {
    return make(
        "tr",
        { "data-item": name },
        make("th", { scope: "row", class: "title" }),
        make("td", { "data-label": "Verdict" }, make("span", { class: "verdict" })),
        cell("Measured", "measured"),
        cell("Limit", "limit"),
        cell("Advice", "advice"),
    );
}

function updateItem(node, item) {
    setData(node, "verdict", item.verdict);
    setText(node.querySelector(".title"), item.title);
    setText(node.querySelector(".verdict"), verdictWords[item.verdict] ?? item.verdict);
    for (const name of ["measured", "limit", "advice"]) setText(node.querySelector(`.${name}`), item[name]);
}

function showBoard({ items }) {
    keyed(byId("board"), items, (item) => item.name, buildItem, updateItem);
    const faulty = items.filter((item) => item.verdict === "faulty").length;
    const untested = items.filter((item) => item.verdict === "notTested").length;
    setText(byId("board-summary"), `${items.length} items, ${faulty} faulty, ${untested} not tested`);
}

async function askBoard() {
    if (service.isTesting) return;
    const body = await call("SelfTest", {}, "board");
    if (body && !service.isTesting) showBoard(body);
}

async function runSelfTest() {
    const node = byId("run-self-test");
    service.isTesting = true;
    node.disabled = true;
    setText(node, "Self-test runs");
    const body = await call("SelfTest", { run: true, lamps: true });
    service.isTesting = false;
    node.disabled = false;
    setText(node, "Run self-test");
    if (body) showBoard(body);
}

// The fault memory.

// A button that asks before it acts; the question takes its place.
function asking(label, question, act) {
    const place = make("span", { class: "row tight" });
    const rest = (isFocused) => {
        const first = button(label, ask);
        place.replaceChildren(first);
        if (isFocused) first.focus();
    };
    const ask = () => {
        const no = button("No", () => rest(true));
        const yes = button("Yes, clear", () => {
            rest(true);
            act();
        }, { class: "danger" });
        place.replaceChildren(make("span", {}, question), yes, no);
        no.focus();
    };
    place.addEventListener("keydown", (event) => {
        if (event.key === "Escape") rest(true);
    });
    rest(false);
    return place;
}

async function clearFaults(parameters) {
    await call("ClearFaults", parameters);
    service.askFaults();
}

function buildFault({ fault, unit }) {
    const clear = asking("Clear", "Forget it?", () => clearFaults({ fault, unit }));
    const frame = make("details", {}, make("summary", {}, "When it began"), make("p", { class: "frame" }));
    return make(
        "tr",
        { "data-fault": fault, "data-unit": unit },
        make("th", { scope: "row", class: "code" }),
        cell("Fault", "fault"),
        cell("Unit", "unit"),
        make("td", { "data-label": "What" }, make("span", { class: "sentence" }), frame),
        make("td", { "data-label": "Now" }, make("span", { class: "verdict presence" })),
        cell("Times", "occurrences"),
        cell("Status", "status"),
        cell("Last", "last"),
        make("td", { "data-label": "Clear" }, clear),
    );
}

function updateFault(node, entry) {
    const put = (name, value) => setText(node.querySelector(`.${name}`), value);
    setData(node, "present", entry.present);
    put("code", entry.code);
    put("fault", entry.fault);
    put("unit", entry.unit);
    put("sentence", entry.sentence);
    put("presence", entry.present ? "there" : "gone");
    put("occurrences", entry.occurrences);
    put("status", `0x${entry.status.toString(16).padStart(2, "0")}`);
    put("last", timeOf(entry.last));
    const frame = Object.entries(entry.frame).map(([name, value]) => `${name}: ${value}`);
    put("frame", frame.join(", ") || "nothing was kept");
}

function timeOf({ time, at }) {
    return time === null ? `${(at / 1e9).toFixed(1)} s after the boot` : time.replace("T", " ").replace(/\.\d+Z$/, "Z");
}

function showFaults({ faults }) {
    byId("faults-table").hidden = faults.length === 0;
    byId("clear-all").hidden = faults.length === 0;
    setText(byId("faults-none"), faults.length === 0 ? "Nothing has failed since the memory was cleared." : "");
    keyed(byId("faults"), faults, ({ fault, unit }) => `${fault} ${unit}`, buildFault, updateFault);
}

async function askFaults() {
    const body = await call("Faults", {}, "faults");
    if (body) showFaults(body);
}

// The picture of the ring.

function unitWord(unit) {
    if (unit.bypassed === true) return "loop";
    if (unit.supply === false) return "no supply";
    if (unit.alive === false) return "dead";
    return unit.light === false ? "no light" : "";
}

const isFailing = (unit) => unit.bypassed !== true && (unit.supply === false || unit.alive === false);

const lightOf = (unit) => (unit.light === null ? "untold" : String(unit.light));

function at(angle, radius) {
    return [radius * Math.sin(angle), -radius * Math.cos(angle)].map((value) => Number(value.toFixed(1)));
}

function arrow([x, y], turn, size, name) {
    const points = `${-size},${-size * 0.7} ${size},0 ${-size},${size * 0.7}`;
    return draw("polygon", { class: name, points, transform: `translate(${x} ${y}) rotate(${turn.toFixed(1)})` });
}

// The light guide into a unit, from the one before it.
function segment(unit, index, count, radius) {
    const step = (2 * Math.PI) / count;
    const middle = (index - 0.5) * step;
    const [from, to] = [at((index - 1) * step, radius), at(index * step, radius)];
    const path = `M ${from.join(" ")} A ${radius} ${radius} 0 0 1 ${to.join(" ")}`;
    const ends = count === 1 ? `M 0 ${-radius} A ${radius} ${radius} 0 1 1 -1 ${-radius}` : path;
    const turn = (middle * 180) / Math.PI;
    return draw(
        "g",
        { class: "guide", "data-light": lightOf(unit), "data-into": index + 1 },
        draw("path", { d: ends }),
        arrow(at(middle, radius), turn, 11, "head"),
    );
}

function linesOf(name) {
    const lines = [];
    for (const word of name.split(" ")) {
        const last = lines.at(-1);
        if (last && `${last} ${word}`.length <= 10) lines[lines.length - 1] = `${last} ${word}`;
        else lines.push(word);
    }
    return lines.slice(0, 3);
}

function node(unit, index, count, radius) {
    const [x, y] = at((index * 2 * Math.PI) / count, radius);
    const word = unitWord(unit);
    const lines = [...linesOf(`${index + 1}. ${unit.name}`), ...(word ? [word] : [])];
    const top = 5 - (lines.length - 1) * 7.5;
    const texts = lines.map((line, row) => {
        const name = word && row === lines.length - 1 ? "word" : "name";
        return draw("text", { y: top + row * 15, class: name, "text-anchor": "middle" }, line);
    });
    const title = `${index + 1}. ${unit.name}${unit.place ? `, ${unit.place}` : ""}${word ? `: ${word}` : ""}`;
    return draw(
        "g",
        {
            class: "unit",
            "data-unit": index + 1,
            "data-failing": String(isFailing(unit)),
            transform: `translate(${x} ${y})`,
        },
        draw("title", {}, title),
        draw("circle", { r: 44 }),
        ...texts,
    );
}

function drawRing(units) {
    const radius = Math.max(120, units.length * 22);
    const half = radius + 50;
    const picture = byId("ring");
    picture.setAttribute("viewBox", `${-half} ${-half} ${2 * half} ${2 * half}`);
    picture.replaceChildren(
        ...units.map((unit, index) => segment(unit, index, units.length, radius)),
        ...units.map((unit, index) => node(unit, index, units.length, radius)),
    );
}

function showRing(ring) {
    byId("ring-part").hidden = ring === null;
    byId("ring-none").hidden = ring !== null;
    if (ring === null) return;
    const picture = JSON.stringify(ring.units);
    if (picture !== service.ring) drawRing(ring.units);
    service.ring = picture;
    setText(byId("ring-driver"), ring.driver);
    setText(byId("ring-mechanic"), ring.mechanic);
    setText(byId("ring-sentence"), ring.step === null ? "No search was begun." : ring.step);
}

async function diagnose(parameters) {
    const body = await call("DiagnoseRing", parameters);
    if (!body) return;
    setText(byId("ring-sentence"), body.sentence);
    setData(byId("ring-sentence"), "step", body.step);
    byId("ring-position-field").hidden = body.step !== "position";
    byId("ring-next").disabled = body.step === "done";
    if (body.step === "position") byId("ring-position").focus();
}

function nextStep(event) {
    event.preventDefault();
    const position = byId("ring-position").valueAsNumber;
    const isAsked = !byId("ring-position-field").hidden && Number.isInteger(position);
    diagnose(isAsked ? { position } : {});
}

// The diagram of the states: a column, forward arrows on its right side, those back on its left.

const box = { width: 130, height: 50, step: 88, left: 100, top: 8, inner: 20, lane: 14 };

function arrowsOf(transitions) {
    const arrows = new Map();
    for (const { from, event, to } of transitions) {
        const key = `${from} ${to}`;
        if (!arrows.has(key)) arrows.set(key, { from, to, events: [] });
        if (!arrows.get(key).events.includes(event)) arrows.get(key).events.push(event);
    }
    return [...arrows.values()];
}

const middleOf = (index) => box.top + index * box.step + box.height / 2;

function sided(arrows, states) {
    const placed = arrows.map((each) => ({ ...each, a: states.indexOf(each.from), b: states.indexOf(each.to) }));
    const sideOf = ({ a, b }) => (b === a + 1 ? "down" : b >= a ? "right" : "left");
    return placed.filter(({ a, b }) => a >= 0 && b >= 0).map((each) => ({ ...each, side: sideOf(each) }));
}

// Each end of an arrow has a place of its own on its box, those that come from above on top.
function ported(arrows, side, index) {
    const ends = [];
    for (const each of arrows.filter((one) => one.side === side)) {
        if (each.a === index) ends.push({ each, end: "from", other: each.b });
        if (each.b === index) ends.push({ each, end: "to", other: each.a });
    }
    ends.sort((x, y) => x.other - y.other);
    const gap = Math.min(12, (box.height - 10) / Math.max(1, ends.length - 1));
    ends.forEach(({ each, end }, place) => {
        each[end === "from" ? "start" : "end"] = middleOf(index) + (place - (ends.length - 1) / 2) * gap;
    });
}

// Arrows that pass each other keep to lanes, the short ones inside.
function laned(arrows, side) {
    const lanes = [];
    const own = arrows.filter((each) => each.side === side);
    own.sort((x, y) => Math.abs(x.end - x.start) - Math.abs(y.end - y.start));
    for (const each of own) {
        const [top, bottom] = [Math.min(each.start, each.end), Math.max(each.start, each.end)];
        const isFree = (lane) => lane.every((other) => bottom + 4 < other.top || top - 4 > other.bottom);
        const found = lanes.findIndex(isFree);
        each.lane = found < 0 ? lanes.length : found;
        if (found < 0) lanes.push([]);
        lanes[each.lane].push({ top, bottom });
    }
    return lanes.length;
}

function shapeOf({ a, b, side, lane, start, end }) {
    if (side === "down") {
        const x = box.left + box.width / 2;
        const tip = middleOf(b) - box.height / 2;
        return { path: `M ${x} ${middleOf(a) + box.height / 2} V ${tip - 8}`, tip: [x, tip - 7], turn: 90 };
    }
    const sign = side === "right" ? 1 : -1;
    const edge = side === "right" ? box.left + box.width : box.left;
    const far = edge + sign * (box.inner + lane * box.lane);
    const path = `M ${edge} ${start} H ${far} V ${end} H ${edge + sign * 8}`;
    return { path, tip: [edge + sign * 7, end], turn: side === "right" ? 180 : 0 };
}

function drawArrow(each) {
    const { path, tip, turn } = shapeOf(each);
    const sentence = `${each.from} to ${each.to}: ${each.events.join(", ")}`;
    const group = draw(
        "g",
        { class: "edge", tabindex: 0, role: "img", "aria-label": sentence, "data-from": each.from, "data-to": each.to },
        draw("title", {}, sentence),
        draw("path", { class: "reach", d: path }),
        draw("path", { class: "line", d: path }),
        arrow(tip, turn, 7, "head"),
    );
    for (const kind of ["focus", "pointerenter"]) {
        group.addEventListener(kind, () => setText(byId("states-events"), sentence));
    }
    return group;
}

function drawState(state, index) {
    return draw(
        "g",
        {
            class: "state",
            "data-state": state,
            "data-current": "false",
            transform: `translate(${box.left} ${middleOf(index)})`,
        },
        draw("rect", { y: -box.height / 2, width: box.width, height: box.height, rx: 6 }),
        draw("text", { x: box.width / 2, y: 6, "text-anchor": "middle" }, state),
    );
}

function drawStates({ states, transitions }) {
    const arrows = sided(arrowsOf(transitions), states);
    for (const side of ["right", "left"]) states.forEach((_, index) => ported(arrows, side, index));
    const reach = Math.max(laned(arrows, "right"), laned(arrows, "left")) * box.lane + box.inner;
    const height = box.top * 2 + (states.length - 1) * box.step + box.height;
    const picture = byId("states");
    picture.setAttribute("viewBox", `${box.left - reach} 0 ${box.width + 2 * reach} ${height}`);
    picture.replaceChildren(...arrows.map(drawArrow), ...states.map(drawState));
    const lines = arrows.map(({ from, to, events }) => make("li", {}, `${from} to ${to}: ${events.join(", ")}`));
    byId("states-list").replaceChildren(...lines);
    showState(service.state);
}

function showState(state) {
    service.state = state;
    for (const each of byId("states").querySelectorAll("[data-state]")) {
        setData(each, "current", each.dataset.state === state);
    }
}

async function askStates() {
    try {
        const response = await fetch("/states", { cache: "no-store" });
        if (!response.ok) throw new Error("no states");
        drawStates(await response.json());
        report("states", null);
    } catch {
        report("states", "The panel does not tell the states of the call.");
        setTimeout(askStates, 5000);
    }
}

// The inspection.

function listOf(title, sentences) {
    if (sentences.length === 0) return [];
    return [make("h3", {}, title), make("ul", {}, ...sentences.map((sentence) => make("li", {}, sentence)))];
}

function pairs(entries) {
    const known = entries.filter(([, value]) => value !== null && value !== undefined);
    const pair = ([name, value]) => [make("dt", {}, name), make("dd", { class: "long" }, value)];
    return make("dl", {}, ...known.flatMap(pair));
}

function showInspection(body) {
    const place = byId("inspection");
    setData(place, "ready", body.ready);
    place.replaceChildren(
        make("p", {}, make("strong", { class: "verdict" }, body.ready ? "ready" : "not ready")),
        ...listOf("Why not", body.reasons),
        ...listOf("Notes", body.notes),
        pairs([
            ["Version", body.version],
            ["Lines", body.simulated ? "simulated" : "real"],
            ["Time", body.time],
            ["SHA-256 of the program", body.program ?? "unknown"],
            ["SHA-256 of the configuration", body.configuration ?? "unknown"],
            ["MSD, marked as a test's", body.msd ?? "none can be made"],
        ]),
        ...(body.msdText === null ? [] : [make("h3", {}, "MSD in words"), make("pre", {}, body.msdText)]),
    );
}

async function inspect() {
    const node = byId("inspect");
    node.disabled = true;
    const body = await call("Inspect");
    node.disabled = false;
    if (body) showInspection(body);
}

// News and status.

function buildNews(event) {
    const head = make("span", { class: "quiet" }, timeOf(event));
    return make("li", { "data-kind": event.kind }, head, " ", make("strong", {}, event.kind), " ", event.reason);
}

function showNews(event) {
    service.news = [event, ...service.news].slice(0, newsKept);
    setText(byId("news-none"), "");
    keyed(byId("news"), service.news, ({ sequence, at: instant }) => `${sequence} ${instant}`, buildNews, () => {});
    if (faultNews.has(event.kind)) service.askFaults();
}

function show(status) {
    showRing(status.ring);
    showState(status.state);
    setText(byId("stale"), "");
}

function showSilence(isSure) {
    setText(byId("stale"), staleText(isSure));
    showState(null);
}

byId("run-self-test").addEventListener("click", runSelfTest);
byId("clear-all").append(asking("Clear all", "Forget every fault?", () => clearFaults({})));
byId("clear-all").hidden = true;
byId("ring-diagnose").addEventListener("click", () => diagnose({ begin: true }));
byId("ring-form").addEventListener("submit", nextStep);
byId("inspect").addEventListener("click", inspect);
service.askBoard = poll(askBoard, 2000);
service.askFaults = poll(askFaults, 5000);
askStates();
follow({ status: show, silence: showSilence, news: showNews, sleeps: true });
