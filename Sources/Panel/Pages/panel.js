// What the three pages share: the status of the SOS unit, calls to it, and the building of what is shown.

const silentAfter = 3000;
// A connection may be half open and say nothing for ever; the browser would wait with it.
const reopenAfter = 5000;
const tick = 1000;
// Two clocks part by less than a thousandth; a page that is open for days must not take that for age.
const drift = 0.001;
const probeRest = 10000;
const probeWait = 5000;
// A self-test may take five seconds.
const answerWait = 15000;

export const noAnswer = "SOS call malfunction: no answer from the SOS unit";

export function staleText(isSure) {
    return `${isSure ? noAnswer : "State unknown"}. What is shown below is what was told last.`;
}

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

async function reply(method, parameters, { wait = answerWait, keepalive = false }) {
    const response = await fetch(`/call/${method}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Panel": "1" },
        body: JSON.stringify(parameters),
        cache: "no-store",
        keepalive,
        signal: AbortSignal.timeout(wait),
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

async function outcome(method, parameters, options) {
    try {
        const answer = await reply(method, parameters, options);
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
export async function call(method, parameters = {}, source = "action", options = {}) {
    const { body, sentence } = await outcome(method, parameters, options);
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

// How old a status is: what it lags behind the quickest one of its connection. The clocks of the two machines cannot be
// compared, but they run alike.
class Age {
    #least = Infinity;
    #at = -Infinity;
    #seen = 0;

    begin() {
        this.#least = Infinity;
    }

    // False also for one that does not say when it was made, and for one that was heard before.
    isFresh(at) {
        if (!Number.isFinite(at) || at === this.#at) return false;
        // A clock that goes back is that of another boot.
        if (at < this.#at) this.begin();
        const now = performance.now();
        const lag = now - at / 1e6;
        this.#least = Math.min(lag, this.#least + (now - this.#seen) * drift);
        this.#at = at;
        this.#seen = now;
        return lag - this.#least <= silentAfter;
    }
}

// When this page ran last. A machine that sleeps stops one of the two clocks, and who sets the other one may move it.
class Awake {
    #steady = performance.now();
    #wall = Date.now();

    mark() {
        this.#steady = performance.now();
        this.#wall = Date.now();
    }

    get gap() {
        return Math.max(performance.now() - this.#steady, Date.now() - this.#wall);
    }
}

// A refused stream says nothing to a script; a request of its own learns why.
async function probe() {
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), probeWait);
    try {
        const response = await fetch("/events", { cache: "no-store", signal: aborter.signal });
        // A stream that is open after all would take a place among the pages.
        if (response.ok) return;
        const sentence = parsed(await response.text())?.sentence;
        report("events", sentence || `The panel answered with the status ${response.status}.`);
    } catch {
        // No answer at all is told as silence, and what was refused before is so no longer.
        report("events", null);
    } finally {
        clearTimeout(timer);
        aborter.abort();
    }
}

// The stream of the panel. Its timer is the only judge of silence; what this page slept through counts as unknown.
class Link {
    #told;
    #source = null;
    #timer = 0;
    #state = "waiting";
    #reason = "";
    #isResting = false;
    #isLeft = false;
    #probedAt = -Infinity;
    #age = new Age();
    #awake = new Awake();

    constructor(told) {
        this.#told = told;
        setInterval(() => this.#tick(), tick);
        document.addEventListener("resume", () => this.#forget());
        window.addEventListener("pagehide", () => {
            this.#isLeft = true;
            this.#rest();
        });
        window.addEventListener("pageshow", (event) => {
            this.#isLeft = false;
            if (event.persisted) this.#wake();
        });
        // A browser has six connections to one place; the pages that nobody sees must not hold them all.
        if (told.sleeps) document.addEventListener("visibilitychange", () => this.#wake());
        showConnection("waiting");
        this.#wake();
    }

    #wake() {
        // A page that was left is told of its visibility once more, and must not open a stream that nobody reads.
        this.#isResting = this.#isLeft || (this.#told.sleeps === true && document.hidden);
        if (this.#isResting) this.#rest();
        else this.#forget();
    }

    #rest() {
        this.#isResting = true;
        clearTimeout(this.#timer);
        this.#source?.close();
        this.#source = null;
        this.#showUnknown();
    }

    // The page slept: what was told before holds no longer, and what waits in the old stream is old.
    #forget() {
        if (this.#isResting) return;
        this.#arm(silentAfter);
        this.#open();
        this.#showUnknown();
    }

    #showUnknown() {
        // What is called silent stays so until it answers.
        if (this.#state !== "connected") return;
        this.#show("waiting");
        this.#told.silence?.(false);
    }

    // First what ends the silence, then what shows it: a mistake in showing must not stop the former.
    #fallSilent() {
        this.#arm(reopenAfter);
        this.#open();
        this.#show("silent");
        this.#told.silence?.(true);
    }

    #show(state) {
        this.#state = state;
        showConnection(state, state === "silent" ? this.#reason : "");
    }

    #arm(wait) {
        clearTimeout(this.#timer);
        this.#awake.mark();
        const armed = new Awake();
        this.#timer = setTimeout(() => {
            // A timer that is far too late has slept, and so nothing is known of the SOS unit.
            if (armed.gap > wait + silentAfter) this.#forget();
            else this.#fallSilent();
        }, wait);
    }

    #tick() {
        const { gap } = this.#awake;
        this.#awake.mark();
        // A browser slows the ticks of a hidden page down; each status shows as well that the page runs.
        if (gap > silentAfter && this.#state === "connected") this.#forget();
    }

    #open() {
        this.#source?.close();
        this.#age.begin();
        const source = new EventSource("/events");
        this.#source = source;
        const listen = (name, act) => {
            source.addEventListener(name, (event) => {
                if (source === this.#source) act(event);
            });
        };
        listen("status", (event) => this.#heard(parsed(event.data)));
        listen("news", (event) => this.#heardNews(parsed(event.data)));
        listen("silent", (event) => this.#heardReason(parsed(event.data)?.reason ?? ""));
        listen("error", () => this.#lost(source));
    }

    #heard(status) {
        if (this.#awake.gap > silentAfter) {
            this.#forget();
            return;
        }
        if (!this.#age.isFresh(status?.at)) return;
        try {
            this.#told.status(status);
        } catch {
            // A status that cannot be shown counts as none.
            return;
        }
        this.#reason = "";
        this.#arm(silentAfter);
        this.#show("connected");
        report("events", null);
    }

    #heardNews(event) {
        try {
            if (event) this.#told.news?.(event);
        } catch {
            // The next one may be readable, and no state hangs on it.
        }
    }

    #heardReason(reason) {
        this.#reason = reason;
        if (this.#state === "silent") this.#show("silent");
    }

    // Only a stream that was refused is closed for good; any other the browser opens again.
    #lost(source) {
        if (source.readyState !== EventSource.CLOSED) return;
        if (performance.now() - this.#probedAt < probeRest) return;
        this.#probedAt = performance.now();
        probe();
    }
}

// Tells of each status and of news. `silence` is told true after three seconds without a status, and false when it is
// only unknown whether there was one. A page that `sleeps` follows nothing while it is hidden.
export function follow(told) {
    return new Link(told);
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
