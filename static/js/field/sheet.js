// The export file: everything not yet received, photos included, in one JSON file that any desk or phone can take in.
import * as store from "./store.js";
import { flushDrafts } from "./words.js";

const FORMAT = "field-record-1";

function base64(data) {
  const all = new Uint8Array(data);
  let text = "";
  for (let start = 0; start < all.length; start += 0x8000) text += String.fromCharCode(...all.subarray(start, start + 0x8000));
  return btoa(text);
}

export async function write() {
  await flushDrafts();
  const clock = await store.meta("clock");
  const operations = (await store.all("operations")).map(({ state, reason, ...kept }) => kept);
  const parts = [JSON.stringify({ format: FORMAT, device: await store.deviceUid(), by: store.person()?.name, written_at: new Date().toISOString(), skew_ms: clock?.skew ?? null }).slice(0, -1), `,"operations":${JSON.stringify(operations)},"files":[`];
  let first = true;
  for (const sha256 of await store.keys("files")) {
    const file = await store.get("files", sha256);
    if (!file.data) continue;
    parts.push(`${first ? "" : ","}${JSON.stringify({ sha256, name: file.name, mime: file.mime, data: base64(file.data) })}`);
    first = false;
  }
  parts.push("]}");
  return new Blob(parts, { type: "application/json" });
}

export async function download() {
  const link = document.createElement("a");
  const day = new Date().toISOString().slice(0, 10);
  link.href = URL.createObjectURL(await write());
  link.download = `现场记录-${store.person()?.name ?? ""}-${day}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  await store.setMeta("exported", new Date().toISOString());
}

// Another phone's file becomes this phone's queue; operations keep their numbers, so nothing counts twice,
// and a correction made here afterwards counts as the later one.
export async function take(file) {
  const sheet = JSON.parse(await file.text());
  if (sheet.format !== FORMAT || !Array.isArray(sheet.operations)) throw new Error("这不是现场应用导出的文件。");
  const known = new Set(await store.keys("operations"));
  const fresh = sheet.operations.filter((one) => !known.has(one.uid));
  await store.takeOperations(fresh.map((one) => ({ ...one, state: "SAVED", reason: "" })), sheet.operations);
  for (const { sha256, name, mime, data } of sheet.files ?? []) {
    const raw = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)).buffer;
    if (!(await store.get("files", sha256))) await store.put("files", { sha256, name, mime, data: raw, size: raw.byteLength, state: "SAVED", received: 0, reason: "" });
  }
  return fresh.length;
}
