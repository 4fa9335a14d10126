// What people enter becomes operations: one for each thing said at one item, never changed afterwards.
import * as store from "./store.js";

const FIRST_FORM = "inspections.visit";
const listeners = new Set();
export const onChange = (listener) => listeners.add(listener);
export const changed = () => listeners.forEach((listener) => listener());
const slot = (kind, item) => `${kind}|${item}`;
const draftKey = (subject, kind, item) => `${subject}|${kind}|${item}`;

// Everything known about one subject: own words, what others said when we last heard, and unfinished input.
export async function sight(subject) {
  const [operations, seen, drafts] = await Promise.all([store.all("operations"), store.get("seen", subject), store.all("drafts")]);
  const own = new Map();
  for (const one of operations.filter((operation) => operation.subject === subject)) {
    const known = own.get(slot(one.kind, one.item));
    if (!known || known.sequence < one.sequence) own.set(slot(one.kind, one.item), one);
  }
  const device = await store.deviceUid();
  const others = new Map();
  for (const register of seen?.merged ?? []) {
    const words = register.standing.filter((word) => word.device !== device);
    if (words.length) others.set(slot(register.kind, register.item), words);
  }
  const typed = new Map(drafts.filter((draft) => draft.subject === subject).map((draft) => [slot(draft.kind, draft.item), draft.value]));
  return new Sight(own, others, typed, operations.filter((operation) => operation.subject === subject));
}

class Sight {
  constructor(own, others, typed, operations) {
    Object.assign(this, { own, others, typed, operations });
  }

  // The value on the screen: what is being typed, else own last word, else a colleague's.
  value(kind, item = "") {
    const key = slot(kind, item);
    return this.typed.get(key) ?? this.own.get(key)?.value ?? this.others.get(key)?.at(-1)?.value ?? null;
  }

  // A colleague's standing word that differs in `part` from ours.
  colleague(kind, item, part) {
    const mine = this.own.get(slot(kind, item));
    const theirs = this.others.get(slot(kind, item))?.at(-1);
    return theirs && (!mine || mine.value[part] !== theirs.value[part]) ? theirs : null;
  }

  // Own words about one place that were kept and not used, its saving left aside.
  refused(key) {
    return this.operations.filter((one) => isRefused(one) && one.kind !== "stop" && one.item.split("/")[0] === key);
  }

  // What counts: own last word that was not refused, else a colleague's.
  taken(kind, item) {
    const own = this.operations.filter((one) => one.kind === kind && one.item === item && !isRefused(one)).sort((a, b) => a.sequence - b.sequence);
    return own.at(-1)?.value ?? this.others.get(slot(kind, item))?.at(-1)?.value ?? null;
  }

  items(kind) {
    const found = new Set();
    for (const key of [...this.own.keys(), ...this.others.keys()]) if (key.startsWith(`${kind}|`)) found.add(key.slice(kind.length + 1));
    return [...found];
  }

  has(kind, item = "") {
    return this.own.has(slot(kind, item)) || this.others.has(slot(kind, item));
  }
}

// Every input is on disk before the next one; a killed tab loses nothing. `about` is a subject with its uid and form.
export const draft = (about, kind, item, value) => store.put("drafts", { key: draftKey(about.uid, kind, item), subject: about.uid, form: about.form, kind, item, value });

export async function speak(about, kind, item, value, file = null) {
  const subject = about.uid;
  const seen = await store.get("seen", subject);
  const device = await store.deviceUid();
  const heard = seen?.merged?.find((register) => register.kind === kind && register.item === item)?.standing.filter((word) => word.device !== device) ?? [];
  const operation = {
    uid: store.uuid7(),
    form: about.form ?? FIRST_FORM,
    subject,
    kind,
    item,
    value,
    lamport: Math.max(0, ...(seen?.merged ?? []).flatMap((register) => register.standing.map((word) => word.lamport))),
    made_at: new Date().toISOString(),
    supersedes: heard.map((word) => word.uid),
    files: file ? [file.sha256] : [],
    state: "SAVED",
    reason: "",
  };
  const kept = await store.keepOperation(operation, file, draftKey(subject, kind, item));
  changed();
  return kept;
}

// Input that was typed and not left before the tab died becomes words as well.
export async function flushDrafts() {
  const drafts = await store.all("drafts");
  for (const one of drafts) await speak({ uid: one.subject, form: one.form }, one.kind, one.item, one.value);
  return drafts.length;
}

// A control that keeps a draft at each input and speaks when it is left.
export function typing(control, about, kind, item, valueOf) {
  let spoken = control.value;
  control.addEventListener("input", () => draft(about, kind, item, valueOf(control.value)));
  control.addEventListener("change", async () => {
    if (control.value === spoken) return;
    spoken = control.value;
    await speak(about, kind, item, valueOf(control.value));
  });
  return control;
}

// How much the desk has to have from this phone about a subject by now: said here, or taken in from another phone's file.
export async function spokenCount(subject) {
  const last = (await store.meta("sequence")) ?? 0;
  return (await store.all("operations")).filter((one) => one.subject === subject && one.sequence <= last).length;
}

export const UNSENT = new Set(["SAVED"]);
const REFUSED = new Set(["HELD", "UNKNOWN"]);
export const isRefused = (word) => REFUSED.has(word?.state);
export async function tally(subject = null) {
  const [operations, files] = await Promise.all([store.all("operations"), store.all("files")]);
  const mine = operations.filter((one) => !subject || one.subject === subject);
  const wanted = new Set(mine.flatMap((one) => one.files));
  const own = files.filter((file) => !subject || wanted.has(file.sha256));
  return {
    operations: mine,
    files: own,
    saved: mine.length,
    waiting: mine.filter((one) => UNSENT.has(one.state)).length,
    filesWaiting: own.filter((file) => file.state !== "RECEIVED").length,
    refused: mine.filter(isRefused).length,
    differing: mine.filter((one) => one.state === "DIFFERING").length,
  };
}
