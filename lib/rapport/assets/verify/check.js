"use strict";
// The seal's verdict, as lib/rapport/press/proof/{slot,envelope,trust,seal,ed25519}.py give it.
// Nothing of the report is shown, run or loaded: it is bytes from its first to its last line.

const STEP = 32768, LARGEST_SLOT = 8 * STEP, LARGEST_FILE = 256 * 1024 * 1024, DEEPEST = 64, LONGEST = 400;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%()*+,./:;=?@[]^_{|}";
const PAYLOAD_TYPE = "application/vnd.in-toto+json", STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const EXITS = { sealed: 0, unsigned: 6, "no trust": 6, newer: 6, untrusted: 7, tampered: 7 };
const text = new TextEncoder();
// Each byte is one character, so places in the text are places in the file.
const latin = (bytes) => {
  let out = "";
  for (let at = 0; at < bytes.length; at += 8192) out += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return out;
};
const bytesOf = (latinText) => Uint8Array.from(latinText, (sign) => sign.charCodeAt(0));
const join = (...parts) => {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
};
const digest = async (kind, bytes) => new Uint8Array(await crypto.subtle.digest(kind, bytes));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

class Tampered extends Error {
  constructor(what, facts = {}) { super(what); this.what = what; this.facts = facts; }
}

// --- the slot -------------------------------------------------------------------------------

function findSlot(file) {
  const start = bytesOf('{"slot":"rapport/');
  const heads = [];
  for (let at = file.indexOf(start[0]); at >= 0; at = file.indexOf(start[0], at + 1)) {
    if (start.every((byte, n) => file[at + n] === byte)) {
      const head = /^\{"slot":"rapport\/([1-9]) (\d{6})",/.exec(latin(file.subarray(at, at + 40)));
      if (head) heads.push({ at, version: Number(head[1]), size: Number(head[2]) });
    }
  }
  if (heads.length !== 1) throw new Tampered("slots", { n: heads.length });
  const { at, version, size } = heads[0];
  const content = file.subarray(at, at + size);
  if (content.length !== size || size % STEP || size <= 0 || size > LARGEST_SLOT) throw new Tampered("cut");
  return { at, version, size, content };
}

async function makeBlock(size) {
  const head = `{"slot":"rapport/1 ${String(size).padStart(6, "0")}","neutral":"`, tail = '"}';
  const length = size - head.length - tail.length, limit = 256 - 256 % ALPHABET.length;
  let noise = "";
  for (let counter = 0; noise.length < length; counter += 256) {
    const numbers = Array.from({ length: 256 }, (_, n) => counter + n);
    const digests = await Promise.all(numbers.map((n) => digest("SHA-256", text.encode(`rapport slot ${n}`))));
    for (const drawn of digests) for (const byte of drawn) if (byte < limit) noise += ALPHABET[byte % ALPHABET.length];
  }
  return text.encode(head + noise.slice(0, length) + tail);
}

// --- the envelope ---------------------------------------------------------------------------

const BASE64 = "[A-Za-z0-9+\\/]*={0,2}";
const ENVELOPE = new RegExp('^\\{"slot":"rapport\\/[1-9] \\d{6}","payloadType":"application\\/vnd\\.in-toto\\+json",' +
  `"payloadSha256":"([0-9a-f]{64})","payload":"(${BASE64})","signatures":\\[(?:\\{"keyid":"(${BASE64})","sig":"(${BASE64})"\\})?\\]\\} *$`);

function decode(spelled) {
  let content;
  try { content = atob(spelled); } catch { throw new Tampered("damaged"); }
  if (btoa(content) !== spelled) throw new Tampered("damaged");
  return bytesOf(content);
}

async function openFile(file) {
  const slot = findSlot(file);
  const found = ENVELOPE.exec(latin(slot.content));
  if (!found) throw new Tampered("damaged");
  const payload = decode(found[2]);
  if (hex(await digest("SHA-256", payload)) !== found[1]) throw new Tampered("damaged");
  const key = found[3] === undefined ? null : found[3];
  if (key !== null) decode(key);
  const signature = key === null ? new Uint8Array() : decode(found[4]);
  const statement = readJson(payload), version = checkShape(statement);
  if (slot.version > 1 && version > 1) return { statement, payload, key, signature, name: "", version };
  if (slot.version !== 1) throw new Tampered("damaged");
  const body = join(file.subarray(0, slot.at), await makeBlock(slot.size), file.subarray(slot.at + slot.size));
  const sum = hex(await digest("SHA-256", body));
  const subject = statement.subject.find((one) => one.digest.sha256 === sum);
  if (!subject) throw new Tampered("changed");
  return { statement, payload, key, signature, name: subject.name, version };
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function checkShape(statement) {
  const refuse = () => { throw new Tampered("damaged"); };
  if (!isObject(statement) || !isObject(statement.predicate) || !Array.isArray(statement.subject)) refuse();
  const kind = /^urn:rapport-reports:run:v([1-9][0-9]{0,2})$/.exec(statement.predicateType);
  if (!kind || !statement.subject.length) refuse();
  for (const one of statement.subject) {
    if (!isObject(one) || one.name === undefined || !isObject(one.digest) || one.digest.sha256 === undefined) refuse();
  }
  const version = Number(kind[1]);
  if (version > 1) return version;
  const names = ["run", "unit", "period"].map((name) => statement.predicate[name]);
  for (const one of statement.subject) names.push(one.name, one.digest.sha256);
  const isKnown = Object.keys(statement).length === 4 && statement._type === STATEMENT_TYPE;
  if (!isKnown || names.some((name) => typeof name !== "string")) refuse();
  if (!areFiles(statement.subject.map((one) => one.name))) refuse();
  return version;
}

// Names of files in one folder, each once: none leads out of it, on any system.
function areFiles(names) {
  const parts = names.flatMap((name) => name.split("/"));
  const isInside = !parts.some((part) => part === "" || part === "." || part === "..");
  return isInside && !names.some((name) => /[\\:\x00-\x1f]/.test(name)) && new Set(names).size === names.length;
}

// JSON in which every name stands once and every number is finite; JSON.parse takes the last of two.
function readJson(payload) {
  let source;
  try { source = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload); } catch { throw new Tampered("damaged"); }
  const refuse = () => { throw new Tampered("damaged"); };
  const TOKEN = /[ \t\n\r]*(?:([[\]{},:])|("[^"\\]*(?:\\.[^"\\]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/sy;
  const next = () => TOKEN.exec(source) || refuse();
  const word = (token) => { try { return JSON.parse(token); } catch { return refuse(); } };
  // Half of a character is none: it could not be written again.
  const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
  const text = (token) => { const found = word(token); return HALF.test(found) ? refuse() : found; };
  const value = (token, depth) => {
    if (token[2] !== undefined) return text(token[2]);
    if (token[3] !== undefined) {
      if (token[3].length > LONGEST || !Number.isFinite(Number(token[3]))) refuse();
      return Number(token[3]);
    }
    if (token[4] !== undefined) return word(token[4]);
    if (depth >= DEEPEST) refuse();
    if (token[1] === "[") return list(depth);
    return token[1] === "{" ? object(depth) : refuse();
  };
  const list = (depth) => {
    const found = [];
    let token = next();
    if (token[1] === "]") return found;
    for (;;) {
      found.push(value(token, depth + 1));
      token = next();
      if (token[1] === "]") return found;
      if (token[1] !== ",") refuse();
      token = next();
    }
  };
  const object = (depth) => {
    const found = Object.create(null);
    let token = next();
    if (token[1] === "}") return found;
    for (;;) {
      if (token[2] === undefined) refuse();
      const name = text(token[2]);
      if (name in found || next()[1] !== ":") refuse();
      found[name] = value(next(), depth + 1);
      token = next();
      if (token[1] === "}") return found;
      if (token[1] !== ",") refuse();
      token = next();
    }
  };
  const whole = value(next(), 0);
  if (/[^ \t\n\r]/.test(source.slice(TOKEN.lastIndex))) refuse();
  return whole;
}

// --- the trust file -------------------------------------------------------------------------

const HEAD = "\0\0\0\x0bssh-ed25519\0\0\0\x20";
const OTHERS = /^(ssh|ecdsa|sk|rsa)-[A-Za-z0-9@.-]+$/;

function publicBytes(key) {
  let content;
  try { content = atob(key); } catch { return null; }
  return btoa(content) === key && content.startsWith(HEAD) && content.length === HEAD.length + 32 ? bytesOf(content.slice(HEAD.length)) : null;
}

async function fingerprint(key) {
  return "SHA256:" + btoa(latin(await digest("SHA-256", decode(key)))).replace(/=+$/, "");
}

function parseTrust(source) {
  const keys = [], ignored = [], wrong = [];
  source.replace(/^\ufeff/, "").split("\n").forEach((line, n) => {
    if (!line.trim() || line.trimStart().startsWith("#")) return;
    const found = readLine(line);
    (found === "wrong" ? wrong : found === "ignored" ? ignored : keys).push(typeof found === "string" ? n + 1 : found);
  });
  return { keys, ignored, wrong };
}

function readLine(line) {
  const words = line.match(/(?:[^\s"]|"[^"]*")+/g) || [];
  const principals = (words.shift() || "").replaceAll('"', "");
  const isKind = (word) => word === "ssh-ed25519" || OTHERS.test(word);
  const options = words.length && !isKind(words[0]) ? words.shift() : "";
  if (words.length < 2 || !isKind(words[0]) || !principals || line.split('"').length % 2 === 0) return "wrong";
  if (words[0] !== "ssh-ed25519") return "ignored";
  const read = readOptions(options);
  return publicBytes(words[1]) && read ? { principals: principals.split(","), key: words[1], ...read } : "wrong";
}

function readOptions(options) {
  const found = {};
  const OPTION = /([a-z-]+)(?:=(?:"([^"]*)"|([^",]*)))?(?:,|$)/y;
  while (OPTION.lastIndex < options.length) {
    const option = OPTION.exec(options);
    if (!option) return null;
    const content = option[2] === undefined ? option[3] : option[2];
    if (option[1] === "namespaces" && content) found.namespaces = content.split(",");
    else if (option[1] === "valid-after" && content) found.after = readMoment(content);
    else if (option[1] === "valid-before" && content) found.before = readMoment(content);
    else return null;
    if (found.after === null || found.before === null) return null;
  }
  return found;
}

function readMoment(spelled) {
  const part = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z?$/.exec(spelled);
  if (!part) return null;
  const [year, month, day, hour, minute, second] = part.slice(1).map((digits) => Number(digits || 0));
  const moment = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const isReal = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  return isReal && year > 0 ? moment.getTime() : null;
}

const fits = (name, pattern) => new RegExp("^" + pattern.replace(/[.+^${}()|[\]\\\/]/g, "\\$&").replaceAll("*", "[^]*").replaceAll("?", "[^]") + "$", "u").test(name);
function matches(patterns, name) {
  if (patterns.some((pattern) => pattern.startsWith("!") && fits(name, pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && fits(name, pattern));
}

function reject(line, at) {
  if (line.namespaces && !matches(line.namespaces, "rapport")) return "namespace";
  const isTimed = line.after !== undefined || line.before !== undefined;
  if (isTimed && at === null) return "unknown_time";
  if (line.after !== undefined && at < line.after) return "early";
  return line.before !== undefined && at >= line.before ? "late" : "";
}

function findKey(trust, key, claimed, at) {
  let reason = "absent";
  for (const line of trust.keys.filter((one) => one.key === key)) {
    reason = reject(line, at);
    if (reason) continue;
    const plain = line.principals.filter((name) => !/[*?!]/.test(name));
    return { signer: matches(line.principals, claimed) ? claimed : plain[0] || line.principals.join(","), reason: "" };
  }
  return { signer: null, reason };
}

// --- Ed25519, after RFC 8032: one spelling only, no key and no R of small order ----------------

const P = 2n ** 255n - 19n, ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (n) => ((n % P) + P) % P;
function power(base, exponent) {
  let out = 1n;
  for (base = mod(base); exponent; exponent >>= 1n, base = base * base % P) if (exponent & 1n) out = out * base % P;
  return out;
}
const D = mod(-121665n * power(121666n, P - 2n)), ROOT = power(2n, (P - 1n) / 4n);
const number = (bytes) => BigInt("0x" + hex(Uint8Array.from(bytes).reverse()));

function add(one, other) {
  const a = mod((one[1] - one[0]) * (other[1] - other[0])), b = mod((one[1] + one[0]) * (other[1] + other[0]));
  const c = mod(2n * one[3] * other[3] * D), d = mod(2n * one[2] * other[2]);
  const e = b - a, f = d - c, g = d + c, h = b + a;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}
function multiply(point, factor) {
  let out = [0n, 1n, 1n, 0n];
  for (; factor; factor >>= 1n, point = add(point, point)) if (factor & 1n) out = add(out, point);
  return out;
}
const isSmall = (point) => { const [x, y, z] = multiply(point, 8n); return x === 0n && y === z; };

function readPoint(bytes) {
  const whole = number(bytes), sign = whole >> 255n, y = whole & (2n ** 255n - 1n);
  if (y >= P) return null;
  const square = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (x * x % P !== square) x = x * ROOT % P;
  if (x * x % P !== square || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, x * y % P];
}
function writePoint(point) {
  const inverse = power(point[2], P - 2n), x = point[0] * inverse % P, y = point[1] * inverse % P;
  const digits = (y | (x & 1n) << 255n).toString(16).padStart(64, "0");
  return Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16)).reverse();
}
const BASE = readPoint(Uint8Array.from([0x58, ...Array(31).fill(0x66)]));

async function verify(key, signature, message) {
  const point = readPoint(key);
  if (!point || signature.length !== 64 || isSmall(point)) return false;
  const scalar = number(signature.subarray(32));
  if (scalar >= ORDER) return false;
  const factor = number(await digest("SHA-512", join(signature.subarray(0, 32), key, message))) % ORDER;
  const minus = [mod(-point[0]), point[1], point[2], mod(-point[3])];
  const found = add(multiply(BASE, scalar), multiply(minus, factor));
  const isOurs = !isSmall(found) && hex(writePoint(found)) === hex(signature.subarray(0, 32));
  return isOurs && await verifyByBrowser(key, signature, message) !== false;
}

// A second opinion where the browser knows Ed25519; undefined where it does not.
async function verifyByBrowser(key, signature, message) {
  let known;
  try { known = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]); } catch { return undefined; }
  return crypto.subtle.verify("Ed25519", known, signature, message);
}

// --- the verdict ----------------------------------------------------------------------------

async function check(file, trust) {
  const opened = await openFile(file), predicate = opened.statement.predicate;
  const claimed = predicate.signer === undefined ? "" : predicate.signer;
  if (typeof claimed !== "string" || (opened.version === 1 && Boolean(claimed) !== Boolean(opened.key))) throw new Tampered("claim");
  let signer = null, reason = "";
  if (opened.key !== null) {
    const key = publicBytes(opened.key), kind = text.encode(PAYLOAD_TYPE);
    const head = text.encode(`DSSEv1 ${kind.length} ${PAYLOAD_TYPE} ${opened.payload.length} `);
    if (!key || !await verify(key, opened.signature, join(head, opened.payload))) throw new Tampered("signature");
    const isDated = typeof predicate.made === "string" && /T.*(Z|[+-]\d\d:\d\d)$/.test(predicate.made);
    const made = isDated ? Date.parse(predicate.made) : NaN;
    if (trust) ({ signer, reason } = findKey(trust, opened.key, claimed, Number.isNaN(made) ? null : made));
  }
  let verdict = trust ? "sealed" : "no trust";
  if (opened.key === null) verdict = "unsigned";
  if (opened.version > 1) verdict = "newer";
  if (opened.key !== null && trust && signer === null) verdict = "untrusted";
  const isDraft = isObject(predicate.approval) && predicate.approval.state === "draft";
  const key = opened.key === null ? null : await fingerprint(opened.key);
  return { verdict, signer, reason, claimed, key, isDraft, version: opened.version, name: opened.name, predicate };
}

// --- the page -------------------------------------------------------------------------------

const WORDS = JSON.parse(document.getElementById("words").textContent);
const at = (id) => document.getElementById(id);
const state = { language: navigator.language.startsWith("zh") ? "zh" : "en", show: () => {}, turn: 0 };
const say = (word, facts = {}) => {
  let said = WORDS[word][state.language];
  for (const [name, value] of Object.entries(facts)) said = said.replaceAll(`{${name}}`, () => clean(value));
  return said;
};
// Names come from a stranger's file: nothing in them may turn the text around it.
const clean = (value) => String(value).slice(0, 200).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
const listLines = (numbers) => numbers.map((n) => say("line", { n })).join(say("comma"));

function translate() {
  document.documentElement.lang = state.language === "zh" ? "zh-Hans" : "en";
  for (const place of document.querySelectorAll("[data-word]")) place.textContent = say(place.dataset.word);
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === state.language));
  state.show();
}

function show(verdict, exit, tell) {
  state.show = () => {
    const place = at("verdict"), { head, said, facts } = tell();
    place.dataset.verdict = verdict;
    place.dataset.exit = exit;
    place.querySelector("h2").textContent = head;
    place.querySelector("div").replaceChildren(...said.filter(Boolean).map((sentence) => element("p", sentence)));
    place.querySelector("dl").replaceChildren(...facts.flatMap(([word, value]) => [element("dt", say(word)), element("dd", clean(value))]));
  };
  state.show();
}
function element(kind, content) {
  const made = document.createElement(kind);
  made.textContent = content;
  return made;
}

const tellWord = (word) => () => ({ head: say(word), said: [], facts: [] });
function tellSeal(seal, ignored) {
  const facts = { signer: seal.signer, claimed: seal.claimed, key: seal.key, version: seal.version };
  if (seal.reason) facts.reason = say("reason_" + seal.reason);
  const isNamedOtherwise = seal.signer !== null && seal.signer !== seal.claimed;
  const said = [say(seal.verdict + "_text", facts), isNamedOtherwise && say("claimed", facts), seal.isDraft && say("draft"),
    ignored.length > 0 && say("ignored", { lines: listLines(ignored) })];
  const told = ["unit", "period", "run", "made"].map((word) => [word, seal.predicate[word]]);
  const listed = [...told, ["name", seal.name], ["key", seal.key]].filter(([, value]) => typeof value === "string" && value);
  return { head: say(seal.verdict, facts), said, facts: seal.verdict === "newer" ? [] : listed };
}

async function run() {
  const turn = ++state.turn, file = at("report").files[0], source = at("trust").value;
  if (!file) return show("", "", tellWord("waiting"));
  if (!globalThis.crypto || !crypto.subtle) return show("error", "2", tellWord("old_browser"));
  show("working", "", tellWord("working"));
  const trust = source.trim() ? parseTrust(source) : null;
  if (trust && trust.wrong.length) return show("error", "2", () => ({ head: say("trust_lines", { lines: listLines(trust.wrong) }), said: [], facts: [] }));
  if (file.size > LARGEST_FILE) return show("error", "6", tellWord("too_large"));
  let found;
  try {
    const seal = await check(new Uint8Array(await file.arrayBuffer()), trust);
    found = [seal.verdict, EXITS[seal.verdict], () => tellSeal(seal, trust ? trust.ignored : [])];
  } catch (error) {
    const isTampered = error instanceof Tampered;
    const tell = () => ({ head: say("tampered"), said: [say("tampered_text", { what: say("what_" + error.what, error.facts) })], facts: [] });
    found = isTampered ? ["tampered", EXITS.tampered, tell] : ["error", "2", tellWord("unreadable")];
    if (!isTampered) console.error(error);
  }
  // Another file may have been chosen while this one was read.
  if (turn === state.turn) show(...found);
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => { state.language = button.dataset.language; translate(); });
}
at("report").addEventListener("change", run);
at("trust").addEventListener("input", run);
at("trust-file").addEventListener("change", async () => {
  const file = at("trust-file").files[0];
  if (file && file.size <= 1024 * 1024) { at("trust").value = await file.text(); run(); }
});
document.addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("over"); });
document.addEventListener("dragleave", () => document.body.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  if (event.dataTransfer.files.length) { at("report").files = event.dataTransfer.files; run(); }
});
show("", "", tellWord("waiting"));
translate();
