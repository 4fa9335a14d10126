// What the phone keeps: one IndexedDB for each person, so that two people on one phone never mix.
import { shell } from "./ui.js";

const HOME = shell.dataset.home;
const WHO = `field-user:${HOME}`;
const STORES = { meta: "key", operations: "uid", files: "sha256", drafts: "key", seen: "subject" };
let opened = null;

export function person() {
  try {
    return JSON.parse(localStorage.getItem(WHO));
  } catch {
    return null;
  }
}

export function setPerson(user) {
  if (user) localStorage.setItem(WHO, JSON.stringify(user));
  else localStorage.removeItem(WHO);
  opened = null;
}

function open() {
  const user = person();
  if (!user) return Promise.reject(new Error("nobody"));
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(`field:${HOME}:${user.id}`, 1);
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) request.result.createObjectStore(name, { keyPath });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// Resolves when the transaction is on disk, not when the request was heard.
async function write(names, work) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(names, "readwrite", { durability: "strict" });
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
    Promise.resolve(work((name) => transaction.objectStore(name))).then(
      (value) => (result = value),
      (error) => {
        reject(error);
        transaction.abort();
      },
    );
  });
}

export const get = async (name, key) => settled((await open()).transaction(name).objectStore(name).get(key));
export const all = async (name) => settled((await open()).transaction(name).objectStore(name).getAll());
export const keys = async (name) => settled((await open()).transaction(name).objectStore(name).getAllKeys());
export const put = (name, ...rows) => write([name], (store) => rows.forEach((one) => store(name).put(one)));
export const remove = (name, ...gone) => write([name], (store) => gone.forEach((key) => store(name).delete(key)));
export const meta = async (key) => (await get("meta", key))?.value;
export const setMeta = (key, value) => put("meta", { key, value });

export async function change(name, key, values) {
  return write([name], async (store) => {
    const known = await settled(store(name).get(key));
    if (known) store(name).put({ ...known, ...values });
  });
}

// Operation, its file and the two counters change together or not at all.
export function keepOperation(operation, file, draftKey) {
  return write(["meta", "operations", "files", "drafts"], async (store) => {
    const sequence = ((await settled(store("meta").get("sequence")))?.value ?? 0) + 1;
    const lamport = Math.max((await settled(store("meta").get("lamport")))?.value ?? 0, operation.lamport ?? 0) + 1;
    store("meta").put({ key: "sequence", value: sequence });
    store("meta").put({ key: "lamport", value: lamport });
    const kept = { ...operation, sequence, lamport };
    store("operations").put(kept);
    if (file && !(await settled(store("files").getKey(file.sha256)))) store("files").put(file);
    if (draftKey) store("drafts").delete(draftKey);
    return kept;
  });
}

// Another phone's words and the two counters change together: what is said here from now on comes after all of them.
const COUNTED_MAX = 2 ** 50;
const highest = (words, name) => Math.max(0, ...words.map((one) => one[name]).filter((number) => Number.isInteger(number) && number < COUNTED_MAX));

export function takeOperations(fresh, all) {
  return write(["meta", "operations"], async (store) => {
    for (const key of ["sequence", "lamport"]) {
      const own = (await settled(store("meta").get(key)))?.value ?? 0;
      store("meta").put({ key, value: Math.max(own, highest(all, key)) });
    }
    fresh.forEach((one) => store("operations").put(one));
  });
}

export async function deviceUid() {
  const known = await meta("device");
  if (known) return known;
  const fresh = uuid7();
  await setMeta("device", fresh);
  return fresh;
}

// RFC 9562: time first. A clock of 1970 makes small numbers, still unique ones.
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let left = Math.max(0, Date.now());
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = left % 256;
    left = Math.floor(left / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
