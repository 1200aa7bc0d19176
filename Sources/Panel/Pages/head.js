// The head unit's screen: what becomes of an SOS call, and what is wrong, for whoever drives.

import { byId, follow, keyed, make, noAnswer, setData, setText } from "/panel.js";

// The browser's chime. Browsers play nothing before somebody has pressed something.

const long = 0.7;
const short = 0.1;
// Several faults of one cause begin within moments; one warning is heard, three at once are noise.
const rest = 10000;

class Chime {
    #context = null;
    #isWanted = false;
    #restsUntil = 0;
    isOn = false;
    isRefused = false;

    async toggle() {
        if (this.isOn) {
            this.isOn = false;
            return;
        }
        try {
            this.#context ??= new AudioContext();
            await this.#context.resume();
            this.isOn = true;
            this.isRefused = false;
            this.#restsUntil = 0;
            this.#beeps([0.03], 0.1);
        } catch {
            this.fail();
        }
    }

    fail() {
        this.isOn = false;
        this.isRefused = true;
    }

    wantMalfunction() {
        this.#isWanted = true;
    }

    forgetMalfunction() {
        this.#isWanted = false;
    }

    malfunctionIfWanted() {
        if (!this.#isWanted || performance.now() < this.#restsUntil) return;
        this.#isWanted = false;
        this.silence();
    }

    silence() {
        this.#restsUntil = performance.now() + rest;
        this.#beeps([long, long, long], 0.7);
    }

    connected() {
        this.#beeps([short, short], 0.1);
    }

    #beeps(lengths, gap) {
        if (!this.isOn) return;
        let at = this.#context.currentTime + 0.02;
        for (const length of lengths) {
            this.#beep(at, length);
            at += length + gap;
        }
    }

    #beep(at, length) {
        const tone = this.#context.createOscillator();
        const volume = this.#context.createGain();
        tone.frequency.value = 880;
        // Ramps: a tone that is cut off clicks.
        volume.gain.setValueAtTime(0, at);
        volume.gain.linearRampToValueAtTime(0.4, at + 0.01);
        volume.gain.setValueAtTime(0.4, at + length - 0.01);
        volume.gain.linearRampToValueAtTime(0, at + length);
        tone.connect(volume).connect(this.#context.destination);
        tone.start(at);
        tone.stop(at + length);
    }
}

const callWords = {
    idle: "SOS call ready",
    triggered: "Calling the response center",
    connecting: "Calling the response center",
    voiceSession: "Connected: speak now",
    ended: "SOS call ended",
};

const testWords = {
    idle: "SOS call ready",
    triggered: "Test call: calling the response center",
    connecting: "Test call: calling the response center",
    voiceSession: "Test call: connected, speak now",
    ended: "Test call ended",
};

const chime = new Chime();
// "screen" is what is on it: "unknown" as in the HTML, "silent", or what was "told".
const before = { serious: new Set(), state: null, screen: "unknown" };

// The headline says the first words already.
function withoutHeadline(sentence) {
    return sentence.replace(/^SOS call(?: malfunction|: a note): /, "");
}

function capitalized(sentence) {
    return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function callText(status, isWarned) {
    if (status.trigger === "test") return testWords[status.state] ?? `Test call: ${status.state}`;
    // "Ready" beside a malfunction would say two things at once.
    if (status.state === "idle" && isWarned) return "No call in progress";
    return callWords[status.state] ?? status.state;
}

function seriousOf(status) {
    return status.malfunctions.filter((malfunction) => malfunction.serious);
}

function showSymbol(isCrossed, label) {
    const symbol = byId("symbol");
    setData(symbol, "crossed", isCrossed);
    if (symbol.getAttribute("aria-label") !== label) symbol.setAttribute("aria-label", label);
}

// What the driver reads under the headline. Of a call that goes on the unit itself says what does not work.
function warningOf(status) {
    const serious = seriousOf(status);
    const isWarned = status.warning !== null || serious.length > 0;
    const told = status.degraded ?? [];
    const isDegraded = told.length > 0 || (isWarned && status.state !== "idle");
    const said = told.length > 0 ? told : serious.slice(0, 1).map(({ driver }) => withoutHeadline(driver));
    const headline = isWarned ? "SOS call malfunction" : "SOS call degraded";
    return {
        isWarned,
        isDegraded,
        said,
        headline: isWarned || isDegraded ? headline : "",
        sentences: said.map((sentence, index) => {
            const isFirst = index === 0 && isWarned && isDegraded;
            return isFirst ? `degraded: ${sentence}` : capitalized(sentence);
        }),
        warned: status.warning?.sentence ?? "",
    };
}

function showWarning({ isDegraded, headline, sentences, warned }) {
    setText(byId("headline"), headline);
    showSentences(sentences);
    setText(byId("warned"), warned);
    setData(byId("head"), "degraded", isDegraded);
}

// One under the other.
function showSentences(sentences) {
    const node = byId("driver");
    const lines = sentences.map((sentence) => make("span", { class: "sentence-line" }, sentence));
    const isSame = node.childElementCount === lines.length && node.textContent === sentences.join("");
    if (!isSame) node.replaceChildren(...lines);
}

function notesOf(status, { said: above }) {
    const said = new Set(above);
    const notes = status.malfunctions.filter((malfunction) => !malfunction.serious);
    const sentences = [...seriousOf(status), ...notes].map(({ driver }) => withoutHeadline(driver));
    const unsaid = sentences.filter((sentence) => !said.has(sentence) && said.add(sentence)).map(capitalized);
    if (status.garage !== null) unsaid.unshift(garageNote(status.garage));
    return unsaid;
}

function garageNote(left) {
    const minutes = Math.ceil(left / 60000);
    return `The SOS button makes test calls for another ${minutes} min.`;
}

function showNotes(sentences) {
    keyed(byId("notes"), sentences, (sentence) => sentence, (sentence) => make("li", {}, sentence), () => {});
}

function viewOf(status, isWarned) {
    if (status.state === "idle") return isWarned ? "malfunction" : "ready";
    return status.state;
}

function sound(status) {
    const serious = new Set(seriousOf(status).map(({ fault, unit }) => `${fault} ${unit}`));
    const isNew = [...serious].some((key) => !before.serious.has(key));
    if (isNew) chime.wantMalfunction();
    if (serious.size === 0) chime.forgetMalfunction();
    if (status.state === "voiceSession" && before.state !== null && before.state !== "voiceSession") chime.connected();
    // In a call the occupants' ears belong to the center, as with the buzzer of the unit itself.
    if (status.state === "idle" || status.state === "ended") chime.malfunctionIfWanted();
    before.serious = serious;
    before.state = status.state;
}

// All is worked out before anything is shown, and the cross goes last: a status that cannot be understood must not
// leave a good state on the screen.
function show(status) {
    before.screen = "told";
    const warning = warningOf(status);
    const { isWarned } = warning;
    const text = callText(status, isWarned);
    const notes = notesOf(status, warning);
    showWarning(warning);
    const call = byId("call");
    setData(call, "state", status.state);
    setText(call, text);
    setText(byId("message"), status.message?.text ?? "");
    setText(byId("detail"), status.detail);
    showNotes(notes);
    setData(byId("head"), "view", viewOf(status, isWarned));
    showSymbol(isWarned, isWarned ? "SOS, crossed out: malfunction" : "SOS");
    try {
        sound(status);
    } catch {
        // What is seen is right, whether it can be heard or not.
        chime.fail();
        showSound();
    }
}

const unknownWords = { headline: "State unknown", call: "Waiting for the SOS unit", symbol: "state unknown" };
const silentWords = { headline: noAnswer, call: "Call state unknown", symbol: "no answer from the SOS unit" };

// Nothing that was heard before still holds.
function showSilence(isSure) {
    const screen = isSure ? "silent" : "unknown";
    if (before.screen === screen) return;
    before.screen = screen;
    const words = isSure ? silentWords : unknownWords;
    showSymbol(true, `SOS, crossed out: ${words.symbol}`);
    setText(byId("call"), words.call);
    setData(byId("call"), "state", "unknown");
    setText(byId("headline"), words.headline);
    showSentences(["Whether a call is possible is not known. In an emergency use your telephone."]);
    setText(byId("warned"), "");
    setText(byId("message"), "");
    setText(byId("detail"), "");
    showNotes([]);
    setData(byId("head"), "view", isSure ? "silent" : "waiting");
    setData(byId("head"), "degraded", false);
    // Nobody is warned of a moment in which a page wakes up.
    if (!isSure) return;
    before.serious = new Set();
    before.state = null;
    chime.silence();
}

function showSound() {
    setText(byId("sound"), chime.isOn ? "Sound off" : "Sound on");
    byId("sound").setAttribute("aria-pressed", String(chime.isOn));
    const word = chime.isOn ? "The sound is on." : "The sound is off.";
    setText(byId("sound-state"), chime.isRefused ? "This browser gives no sound." : word);
}

byId("sound").addEventListener("click", async () => {
    await chime.toggle();
    showSound();
    if (chime.isOn && byId("symbol").dataset.crossed === "true") chime.silence();
});
showSound();
follow({ status: show, silence: showSilence });
