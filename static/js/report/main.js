// The report, one question a screen. The form underneath works without this file.
import { clearDraft, loadDraft, saveDraft } from "./draft.js";
import { Passes, Refused, canWork, patiently, post, randomHex, uploadFile } from "./net.js";
import { paintOver, shrink } from "./photos.js";
import { setUpPlace } from "./place.js";
import { setUpSent } from "./sent.js";

const form = document.querySelector("[data-report]");
const $ = (selector) => form.querySelector(selector);
const FILES_MAX = 9;
const VIDEO_MAX = 20 * 1048576;
const KEPT_FIELDS = ["kind", "town", "place_text", "longitude", "latitude", "accuracy_m", "happened_at", "happened_note", "subject_name", "party_contact", "text", "contact_name", "contact_phone", "draft"];
const steps = [...form.querySelectorAll("[data-step]")];
const passes = new Passes(form);
let photos = [];
let place = 0;
let isSending = false;
const field = (name) => form.elements.namedItem(name);

/* ---- draft ---- */

let timer = 0;
function changed() {
  clearTimeout(timer);
  timer = setTimeout(keep, 300);
}

function keep() {
  if (isSending === "done") return Promise.resolve();
  const values = Object.fromEntries(KEPT_FIELDS.map((name) => [name, field(name)?.value ?? ""]));
  const kept = photos.map(({ blob, key, isVideo, hasFace, isPainted }) => ({ blob, key, isVideo, hasFace, isPainted }));
  return saveDraft({ values, photos: kept, place });
}

async function restore() {
  const found = await loadDraft();
  if (!found || !(found.values.text || found.values.kind || found.photos.length)) return;
  for (const [name, value] of Object.entries(found.values)) {
    const control = field(name);
    if (control && value && !control.value) control.value = value;
    else if (name === "draft" && value) control.value = value;
  }
  photos = found.photos;
  document.querySelector("[data-draft-note]").hidden = false;
  drawPhotos();
  // A page that came back with errors shows them; else go on where the reporter was.
  if (!document.querySelector("[data-focus]")) place = Math.min(found.place ?? 0, steps.length - 1);
}

document.querySelector("[data-draft-clear]").addEventListener("click", async () => {
  isSending = "done";
  await clearDraft();
  location.replace(location.pathname);
});

/* ---- steps ---- */

function show(next, { focuses = true } = {}) {
  place = Math.max(0, Math.min(next, steps.length - 1));
  steps.forEach((step, at) => step.classList.toggle("on", at === place));
  $("[data-step-count]").textContent = `第 ${place + 1} 步，共 ${steps.length} 步`;
  document.querySelector("[data-intro]").hidden = place > 0;
  $("[data-back]").hidden = place === 0;
  const name = steps[place].dataset.step;
  const isLast = name === "send";
  $("[data-next]").textContent = isLast ? "发送" : name === "photos" && !photos.length ? "没有照片，下一步" : "下一步";
  if (isLast) preview();
  if (name === "photos" && canWork) passes.get().catch(() => {});
  if (focuses) {
    const head = steps[place].querySelector("h2");
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  changed();
}

function problem(step) {
  if (step === "kind" && !field("kind").value) return "请选一项最接近的；拿不准就选“其他”。";
  if (step === "words" && !field("text").value.trim()) return "请写几句话，说明看到了什么。";
  return "";
}

function complain(words) {
  $("[data-send-error-words]").textContent = words;
  const box = $("[data-send-error]");
  steps[place].append(box);
  box.hidden = !words;
  if (words) {
    box.focus();
    box.scrollIntoView({ block: "center" });
  }
}

$("[data-next]").addEventListener("click", () => {
  if (isSending) return;
  const name = steps[place].dataset.step;
  const wrong = problem(name);
  complain(wrong);
  if (wrong) return;
  if (name === "send") send();
  else show(place + 1);
});
$("[data-back]").addEventListener("click", () => (isSending ? null : (complain(""), show(place - 1))));
form.addEventListener("click", (event) => {
  const link = event.target.closest("[data-go]");
  if (link) show(steps.findIndex((step) => step.dataset.step === link.dataset.go));
});
$("[data-now]").addEventListener("click", () => {
  const now = new Date();
  field("happened_at").value = new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  changed();
});

/* ---- own marks ---- */

field("text").addEventListener("change", async () => {
  const body = new FormData();
  body.set("text", field("text").value);
  const answer = await post(form.dataset.look, body).catch(() => null);
  const found = answer?.ok ? (await answer.json()).found : [];
  $("[data-own-found]").textContent = found.join("、");
  $("[data-own-warning]").hidden = !found.length;
});

async function preview() {
  const box = $("[data-preview-box]");
  const body = new FormData(form);
  body.delete("files");
  const answer = await post(form.dataset.preview, body).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    box.replaceChildren(...page.body.childNodes);
  } else {
    box.textContent = "网络断开，暂时看不到预览。可以直接发送，连上后自动传完。";
  }
  if (photos.length) {
    const list = document.createElement("ul");
    list.className = "photo-list";
    list.append(...photos.map((item) => pictureOf(item)));
    box.append(list);
  }
  $("[data-face-warning]").hidden = !photos.some((item) => item.hasFace && !item.isPainted);
}

/* ---- photos ---- */

function pictureOf(item) {
  const entry = document.createElement("li");
  entry.className = "photo-item";
  const shown = document.createElement(item.isVideo ? "video" : "img");
  item.url ??= URL.createObjectURL(item.blob);
  shown.src = item.url;
  if (item.isVideo) {
    shown.controls = true;
    shown.muted = true;
  } else shown.alt = `照片 ${photos.indexOf(item) + 1}`;
  entry.append(shown);
  return entry;
}

function button(words, work, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = words;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", work);
  return made;
}

function drawPhotos() {
  const entries = photos.map((item, at) => {
    const entry = pictureOf(item);
    if (item.hasFace && !item.isPainted) {
      const hint = document.createElement("p");
      hint.className = "photo-face";
      hint.textContent = "可能有人的脸，请看看要不要涂抹";
      entry.append(hint);
    }
    const row = document.createElement("div");
    row.className = "btn-row";
    if (!item.isVideo) row.append(button("涂抹", () => paint(item), `涂抹照片 ${at + 1}`));
    row.append(button("删除", () => drop(item), `删除第 ${at + 1} 个`));
    entry.append(row);
    return entry;
  });
  $("[data-photos]").replaceChildren(...entries);
  if (steps[place].dataset.step === "photos") $("[data-next]").textContent = photos.length ? "下一步" : "没有照片，下一步";
}

async function paint(item) {
  const made = await paintOver(document.querySelector("[data-blur]"), item.blob);
  if (!made) return;
  Object.assign(item, { blob: made, isPainted: true, key: randomHex(32), url: undefined });
  drawPhotos();
  changed();
}

function drop(item) {
  photos = photos.filter((other) => other !== item);
  drawPhotos();
  changed();
}

function photoError(words) {
  const box = $("[data-photo-error]");
  box.textContent = words;
  box.hidden = !words;
}

async function add(files) {
  photoError("");
  for (const file of files) {
    if (photos.length >= FILES_MAX) {
      photoError(`一次最多 ${FILES_MAX} 个，其余的可以凭查询码再补充。`);
      break;
    }
    if (file.type.startsWith("video/") && file.size > VIDEO_MAX) {
      photoError("视频超过 20 MB，请只录关键的几十秒。");
      continue;
    }
    try {
      photos.push({ ...(await shrink(file)), key: randomHex(32), isPainted: false });
      drawPhotos();
    } catch {
      photoError("有一张照片打不开。请改选 JPG、PNG 照片，或截图后再选。");
    }
  }
  changed();
}

form.querySelectorAll("[data-add]").forEach((input) =>
  input.addEventListener("change", async (event) => {
    event.stopPropagation();
    const files = [...input.files];
    input.value = "";
    await add(files);
  }),
);

/* ---- sending ---- */

function tell(words, share) {
  $("[data-send-state]").hidden = false;
  $("[data-send-words]").textContent = words;
  if (share !== undefined) $("[data-send-progress]").value = Math.round(share * 100);
}

// A mark of today for this browser: counters against floods use its digest and forget it in two days.
function markOfToday() {
  const day = new Date().toISOString().slice(0, 10);
  try {
    const [kept, mark] = (localStorage.getItem("report-day") ?? "").split(" ");
    if (kept === day) return mark;
    const fresh = randomHex(16);
    localStorage.setItem("report-day", `${day} ${fresh}`);
    return fresh;
  } catch {
    return "";
  }
}

async function send() {
  isSending = true;
  complain("");
  $("[data-next]").setAttribute("aria-disabled", "true");
  await keep();
  const onWait = () => tell("网络断了。内容还在手机里，连上后自动继续，请不要关闭页面。");
  try {
    tell("正在准备……", 0);
    field("report_pass").value = await passes.get(onWait);
    const isParted = canWork && field("report_pass").value;
    for (const [at, item] of (isParted ? photos : []).entries()) {
      const onProgress = (share) => tell(`正在传第 ${at + 1} 个，共 ${photos.length} 个`, (at + share) / (photos.length + 1));
      await uploadFile(form, passes, item, { onProgress, onWait });
    }
    field("report_pass").value = await passes.get(onWait);
    field("uploads").value = isParted ? photos.map((item) => item.key).join(" ") : "";
    field("device").value = markOfToday();
    tell("正在发送……", photos.length / (photos.length + 1));
    const answer = await patiently(() => post(form.action || location.pathname, body(isParted)), onWait);
    await finish(answer);
  } catch (error) {
    fail(error instanceof Refused ? error.message : "没有发送成功，内容还在手机里。请再点一次“发送”。");
  }
}

function body(isParted) {
  const made = new FormData(form);
  made.delete("files");
  if (!isParted) photos.forEach((item) => made.append("files", item.blob, "file"));
  return made;
}

async function finish(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  passes.forget();
  if (!answer.ok) {
    const words = [...page.querySelectorAll(".note-bad li, .field-error div")].map((item) => item.textContent.trim());
    fail(words.length ? [...new Set(words)].join("；") : "没有发送成功。请刷新页面后再发，内容会保留。");
    return;
  }
  isSending = "done";
  clearTimeout(timer);
  await clearDraft();
  document.title = page.title;
  document.querySelector("#content").replaceChildren(...page.querySelector("#content").childNodes);
  setUpSent();
  scrollTo(0, 0);
  const head = document.querySelector("h1");
  head.tabIndex = -1;
  head.focus();
}

function fail(words) {
  isSending = false;
  $("[data-send-state]").hidden = true;
  $("[data-next]").removeAttribute("aria-disabled");
  complain(words);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!isSending) $("[data-next]").click();
});
form.addEventListener("input", changed);
addEventListener("pagehide", () => void keep());

setUpPlace(form, changed);
await restore();
form.classList.add("stepped");
const firstError = steps.findIndex((step) => step.querySelector(".has-error"));
show(firstError >= 0 ? firstError : place, { focuses: false });
