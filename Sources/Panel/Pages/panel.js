// What the three pages share: the status of the SOS unit, calls to it, and the building of what is shown.

const silentAfter = 3000;
// A connection may be half open and say nothing for ever; the browser would wait with it.
const reopenAfter = 5000;
// A self-test may take five seconds.
const answerWait = 15000;

export const noAnswer = "SOS call malfunction: no answer from the SOS unit";

const space = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value !== null && value !== undefined && value !== false) node.setAttribute(name, String(value));
    }
    node.append(...children.map((child) => (child instanceof Node ? child : String(child))));
    return node;
}

export function make(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

export function draw(tag, attributes = {}, ...children) {
    return fill(document.createElementNS(space, tag), attributes, children);
}

export function button(label, act, attributes = {}) {
    const node = make("button", { type: "button", ...attributes }, label);
    node.addEventListener("click", act);
    return node;
}

// What has not changed is left alone: a screen reader would say it again.
export function setText(node, value) {
    const text = value === null || value === undefined ? "" : String(value);
    if (node.textContent !== text) node.textContent = text;
}

export function setData(node, name, value) {
    if (node.dataset[name] !== String(value)) node.dataset[name] = String(value);
}

const drawn = new WeakMap();

// One child for each item, kept as long as its key is there, so that focus and a held button survive each status.
export function keyed(parent, items, keyOf, build, update) {
    const before = drawn.get(parent) ?? new Map();
    const after = new Map();
    for (const item of items) {
        const key = keyOf(item);
        const node = after.get(key) ?? before.get(key) ?? build(item);
        after.set(key, node);
        update(node, item);
    }
    for (const [key, node] of before) if (!after.has(key)) node.remove();
    let place = parent.firstChild;
    for (const node of after.values()) {
        if (node === place) place = place.nextSibling;
        else parent.insertBefore(node, place);
    }
    drawn.set(parent, after);
}

async function reply(method, parameters) {
    const response = await fetch(`/call/${method}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Panel": "1" },
        body: JSON.stringify(parameters),
        cache: "no-store",
        signal: AbortSignal.timeout(answerWait),
    });
    const text = await response.text();
    return { status: response.status, isGood: response.ok, text };
}

function parsed(text) {
    try {
        return JSON.parse(text);
    } catch {
        return null;
    }
}

async function outcome(method, parameters) {
    try {
        const answer = await reply(method, parameters);
        const body = parsed(answer.text);
        if (answer.isGood && body !== null) return { body };
        const sentence = body?.sentence || body?.error;
        return { sentence: sentence || `The panel answered ${method} with the status ${answer.status}.` };
    } catch {
        return { sentence: `The panel does not answer ${method}.` };
    }
}

const troubles = new Map();

// The line must cover neither the button that was just pressed nor the banner.
function showError(isShown) {
    const node = byId("error");
    if (isShown === node.classList.contains("shown")) return;
    const focused = document.activeElement ?? document.body;
    const { top, bottom } = focused.getBoundingClientRect();
    const isLow = focused !== document.body && top + bottom > window.innerHeight;
    const header = document.querySelector("header").getBoundingClientRect();
    setData(node, "place", isLow ? "top" : "bottom");
    node.style.top = isLow ? `${Math.max(0, header.bottom)}px` : "";
    node.classList.toggle("shown", isShown);
}

// Each source has one sentence at the most, until it succeeds.
export function report(source, sentence) {
    if (sentence) troubles.set(source, sentence);
    else troubles.delete(source);
    const lines = [...new Set(troubles.values())];
    setText(byId("error-text"), lines.join(" "));
    showError(lines.length > 0);
}

// The reply, or null when the call has failed; its sentence is shown then.
export async function call(method, parameters = {}, source = "action") {
    const { body, sentence } = await outcome(method, parameters);
    report(source, sentence);
    return body ?? null;
}

// Asks again and again, never twice at once.
export function poll(ask, milliseconds) {
    const state = { timer: 0, isAsking: false, isWanted: false };
    const run = async () => {
        clearTimeout(state.timer);
        if (state.isAsking) {
            state.isWanted = true;
            return;
        }
        state.isAsking = true;
        try {
            await ask();
            report("poll", null);
        } catch {
            report("poll", "An answer of the panel cannot be shown.");
        }
        state.isAsking = false;
        state.timer = setTimeout(run, state.isWanted ? 0 : milliseconds);
        state.isWanted = false;
    };
    run();
    return run;
}

const connectionWords = {
    waiting: "Waiting for the SOS unit",
    connected: "Connected to the SOS unit",
    silent: "No answer from the SOS unit",
};

function showConnection(state, reason) {
    const node = byId("connection");
    setData(node, "connection", state);
    setData(document.body, "connection", state);
    setText(node, reason ? `${connectionWords[state]}: ${reason}` : connectionWords[state]);
}

// Tells of each status, of news, and of three seconds without a status. The timer here is the only judge of silence.
export function follow({ status, silence, news }) {
    const link = { source: null, timer: 0, reason: "" };
    const fallSilent = () => {
        showConnection("silent", link.reason);
        silence?.();
        open();
        link.timer = setTimeout(fallSilent, reopenAfter);
    };
    const rest = () => {
        clearTimeout(link.timer);
        link.timer = setTimeout(fallSilent, silentAfter);
    };
    const heard = (event) => {
        try {
            status(JSON.parse(event.data));
        } catch {
            // A status that cannot be shown counts as none.
            return;
        }
        link.reason = "";
        rest();
        showConnection("connected");
    };
    const told = (event) => {
        try {
            news?.(JSON.parse(event.data));
        } catch {
            // The next one may be readable, and no state hangs on it.
        }
    };
    const lost = (event) => {
        link.reason = parsed(event.data)?.reason ?? "";
        if (byId("connection").dataset.connection === "silent") showConnection("silent", link.reason);
    };
    const open = () => {
        link.source?.close();
        link.source = new EventSource("/events");
        link.source.addEventListener("status", heard);
        link.source.addEventListener("news", told);
        link.source.addEventListener("silent", lost);
    };
    showConnection("waiting");
    open();
    rest();
}

function remembered() {
    try {
        return localStorage.getItem("theme");
    } catch {
        return null;
    }
}

function remember(theme) {
    try {
        localStorage.setItem("theme", theme);
    } catch {
        // A browser that keeps nothing has the theme of its system at the next visit.
    }
}

function prepareTheme() {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const current = () => document.documentElement.dataset.theme ?? (system.matches ? "dark" : "bright");
    const kept = remembered();
    if (kept === "dark" || kept === "bright") document.documentElement.dataset.theme = kept;
    const node = byId("theme");
    const show = () => setText(node, current() === "dark" ? "Bright theme" : "Dark theme");
    node.addEventListener("click", () => {
        document.documentElement.dataset.theme = current() === "dark" ? "bright" : "dark";
        remember(document.documentElement.dataset.theme);
        show();
    });
    system.addEventListener("change", show);
    show();
}

prepareTheme();
byId("error-close").addEventListener("click", () => {
    troubles.clear();
    report("", null);
});
