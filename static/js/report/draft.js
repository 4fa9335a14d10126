// The draft stays on this phone (IndexedDB) until it is sent; after a week it is dropped.
const NAME = "report-draft";
const KEPT = 7 * 24 * 3600 * 1000;

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("draft");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run(mode, work) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const step = base.transaction("draft", mode);
    const request = work(step.objectStore("draft"));
    step.oncomplete = () => (base.close(), resolve(request?.result));
    step.onerror = () => (base.close(), reject(step.error));
  });
}

export async function loadDraft() {
  try {
    const found = await run("readonly", (store) => store.get(location.pathname));
    if (found && Date.now() - found.at < KEPT) return found;
    if (found) await clearDraft();
  } catch {
    /* private window: nothing is kept */
  }
  return null;
}

export async function saveDraft(values) {
  try {
    await run("readwrite", (store) => store.put({ ...values, at: Date.now() }, location.pathname));
  } catch {
    /* private window: nothing is kept */
  }
}

export async function clearDraft() {
  try {
    await run("readwrite", (store) => store.delete(location.pathname));
  } catch {
    /* nothing was kept */
  }
}
