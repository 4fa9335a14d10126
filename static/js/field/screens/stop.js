// One place of a patrol: which it is, what was seen, the items of the list, photos, the position once and on request.
import { position } from "../media.js";
import * as store from "../store.js";
import { button, card, choices, facts, field, h, heading, link, note, row, say, screen } from "../ui.js";
import { flushDrafts, isRefused, sight, speak, spokenCount, tally, typing } from "../words.js";
import { extras, isOver, patrolPage, stopsOf } from "./patrols.js";
import { photoStrip } from "./photos.js";

const PHOTOS_MAX = 9;
const NOTE_MAX = 300;
const FOUND_MAX = 20;
const LABELS = { seen_name: "看到的名称", place: "地点", spot_kind: "场所类型", cover: "以什么名义", licence: "证照公示", activity: "看到的活动", subject: "科目", pupils: "学生（约，人）", teachers: "教师（约，人）", stage: "学段", summary: "情况摘要", is_told: "是否告诉对方" };
const TOLD = [{ code: "false", label: "没有告知" }, { code: "true", label: "已告知" }];

export async function placePage(patrol) {
  const [seen, known] = await Promise.all([sight(patrol.uid), extras()]);
  const base = `#/p/${patrol.uid}`;
  if (isOver(seen)) return patrolPage(patrol);
  heading("记录一家", "在名录中找，找不到的按未登记场所", base);
  const places = known?.places ?? [];
  const avoid = new Set([...(known?.ties ?? []), ...(seen.value("start")?.avoid ?? [])]);
  const done = new Set(stopsOf(patrol, seen).map((one) => one.institution).filter(Boolean));
  const task = (known?.tasks ?? []).find((one) => one.uid === seen.value("start")?.task);
  const words = h("input", { type: "text", maxlength: "60", placeholder: "名称、地址中的几个字" });
  const list = h("div", { class: "rows" });
  const paint = () => {
    const asked = words.value.trim().toLowerCase();
    const found = asked ? places.filter((one) => [one.name, one.address, one.initials].join(" ").toLowerCase().includes(asked)) : places.filter((one) => task?.places.includes(one.uid));
    const more = found.length > FOUND_MAX ? `还有 ${found.length - FOUND_MAX} 家，请多写几个字。` : asked && !found.length ? absent(known) : "";
    list.replaceChildren(...found.slice(0, FOUND_MAX).map(placeRow), more && h("p", { class: "row sub" }, more));
  };
  const placeRow = (one) => {
    const bar = avoid.has(one.uid) ? "须回避" : done.has(one.uid) ? "已记录" : "";
    const inside = row({ title: one.name, sub: `${one.address || one.town} · ${one.standing} · ${one.state}`, state: bar || (one.is_ended ? one.state : ""), tone: bar === "已记录" ? "mute" : "bad", symbol: "building" });
    if (bar) return inside;
    return h("button", { type: "button", class: "row row-press", onclick: () => arrive(patrol, one) }, ...inside.childNodes);
  };
  words.addEventListener("input", paint);
  paint();
  screen.replaceChildren(
    places.length ? card(field("找机构", words, carried(known))) : note("warn", "名录摘录已从手机删除", "联网点“更新资料”重新取用；现在可以按看到的名称记录，教育部门会对上。"),
    list,
    button("未登记场所", () => arrive(patrol, null), { cls: "btn-primary btn-big", symbol: "map-pin" }),
    h("p", { class: "sub" }, "没有招牌的，名称写“无招牌”。"),
  );
}

// How much of the register the phone carries; not found on it need not mean not registered. An extract that does not
// say how many there are counts as a part.
const isPart = (known) => !Number.isInteger(known.places_known) || known.places_known > known.places.length;
const whole = (known) => `手机里带着名录全部 ${known.places.length} 家，已注销、已取缔的也在内。`;
const partial = (known) => (known.places_known ? `手机里带着 ${known.places.length} 家，名录共 ${known.places_known} 家。` : `手机里带着 ${known.places.length} 家，不一定是名录全部；联网点“更新资料”重新取用。`);
const carried = (known) => (isPart(known) ? partial(known) : whole(known));
const absent = (known) => (isPart(known) ? "手机里带的没有这一家，不等于没有登记。按“未登记场所”写看到的名称，教育部门会对上。" : "名录中没有找到，请按未登记场所记录。");

async function arrive(patrol, place) {
  const key = store.uuid7();
  const about = place ? { institution: place.uid, name: place.name, address: place.address, standing: place.standing, state: place.state, kind: place.kind, until: place.until } : { institution: "", name: "" };
  await speak(patrol, "arrive", key, about);
  location.hash = `#/p/${patrol.uid}/s/${key}`;
}

const options = (list, chosen) => [h("option", { value: "" }, "请选择"), ...(list ?? []).map((one) => h("option", { value: one.code, selected: one.code === chosen }, one.label))];

// A control of one fact: `said` keeps what was chosen and how it reads.
export function factControl(about, seen, prefix, name, element) {
  element.value = seen.value("fact", prefix + name)?.text ?? element.dataset.initial ?? "";
  return typing(element, about, "fact", prefix + name, (text) => ({ text, label: element.selectedOptions ? element.selectedOptions[0]?.textContent : text }));
}

export async function stopPage(patrol, key) {
  const [seen, known] = await Promise.all([sight(patrol.uid), extras()]);
  const base = `#/p/${patrol.uid}`;
  const stop = stopsOf(patrol, seen).find((one) => one.key === key);
  if (!stop || stop.recorded) return (location.hash = base);
  heading(stop.name || "未登记场所", stop.institution ? "名录中的机构" : "未登记场所", base);
  if (isWritten(stop)) return writtenPage(base, seen, stop, known);
  const make = (name, element) => factControl(patrol, seen, `${key}/`, name, element);
  const select = (name, list, initial = "") => make(name, h("select", { "data-initial": initial }, options(list, seen.value("fact", `${key}/${name}`)?.text)));
  const text = (name, attributes = {}) => make(name, h("input", { type: "text", maxlength: "100", ...attributes }));
  const count = (name) => text(name, { inputmode: "numeric", maxlength: "4", placeholder: "0" });
  const drop = async () => {
    if (!window.confirm(`删去“${stop.name || "未登记场所"}”？已填的清单 ${answered} 项和其他内容都不再采用，不能恢复。`)) return;
    await speak(patrol, "stop", key, { removed: true });
    location.hash = base;
  };
  const answered = (known.checklist?.items ?? []).filter((item) => seen.value("answer", `${key}/${item.code}`)?.value).length;
  screen.replaceChildren(
    ...(isRefused(stop.said) ? [note("bad", stop.saved?.removed ? "删去没有受理，内容都在" : "这一家没有受理，内容都在", stop.said.reason)] : []),
    stop.institution ? card(facts([{ label: "登记地址", value: stop.address || "没有登记" }, { label: "证照", value: `${stop.standing ?? ""} ${stop.until ? `有效期至 ${stop.until}` : ""}`.trim() }, { label: "办学状态", value: stop.state ?? "" }, { label: "类别", value: stop.kind ?? "" }].filter((one) => one.value))) : card(field("看到的名称", text("seen_name"), "招牌、门牌上的名称；没有招牌的写“无招牌”。")),
    card(
      field("地点", make("place", h("input", { type: "text", maxlength: "200", "data-initial": stop.address ?? "" })), "写到楼栋、楼层、房号。"),
      field("场所类型", select("spot_kind", known.spot_kinds)),
      field("以什么名义", select("cover", known.covers, "SCHOOL")),
      field("证照公示", select("licence", known.licences, "UNSEEN")),
      field("看到的活动", select("activity", known.activities, "UNKNOWN")),
      field("科目", text("subject", { maxlength: "60" })),
    ),
    card(
      h("div", { class: "pair" }, field("学生（约，人）", count("pupils")), field("教师（约，人）", count("teachers"))),
      field("学段", select("stage", (known.stages ?? []).filter((one) => one.code))),
      field("情况摘要", make("summary", h("textarea", { rows: "3", maxlength: "500" })), "不写学生姓名。"),
      h("div", { class: "label" }, "是否把看到的告诉对方"),
      choices("是否把看到的告诉对方", TOLD, seen.value("fact", `${key}/is_told`)?.text ?? "false", (code) => speak(patrol, "fact", `${key}/is_told`, { text: code, label: TOLD.find((one) => one.code === code).label })),
      h("p", { class: "hint" }, "只是告知，不提要求、不让对方签字。"),
    ),
    h("div", { class: "rows" }, row({ title: known.checklist?.name ?? "清单", sub: `已选 ${answered} 项，共 ${known.checklist?.items.length ?? 0} 项；没选的按“未看到”`, state: `${answered}/${known.checklist?.items.length ?? 0}`, tone: answered ? "ok" : "mute", href: `${base}/s/${key}/list`, symbol: "clipboard-check" })),
    card(h("h2", {}, "照片"), photoStrip(patrol, "photo", key, {}, { locate: false, most: PHOTOS_MAX }), h("p", { class: "hint" }, `最多 ${PHOTOS_MAX} 张，尽量不拍学生正脸。照片不带位置。`)),
    placeCard(patrol, seen, key),
    link("核对并保存这一家", `${base}/s/${key}/save`, { cls: "btn-primary btn-big" }),
    stop.saved && !isRefused(stop.said) ? "" : button("删去这一家", drop, { cls: "btn-wide btn-quiet", symbol: "trash" }),
  );
}

const isWritten = (stop) => stop.recorded || stop.said?.state === "APPLIED";

const KINDS = { arrive: "机构", position: "位置", photo: "照片" };

// What of a word the person will recognise: the label of its field or item, and what was filled in.
function wordOf(one, known) {
  const name = one.item.split("/").slice(1).join("/");
  const item = (known?.checklist?.items ?? []).find((part) => part.code === name);
  const label = one.kind === "fact" ? LABELS[name] ?? name : one.kind === "answer" ? `${name} ${item?.text ?? ""}` : KINDS[one.kind] ?? one.kind;
  const words = [one.value.label ?? one.value.text ?? one.value.name ?? "", one.value.note ?? ""].filter(Boolean).join("：");
  return row({ title: words ? `${label}：${words}` : label, sub: one.reason, state: "没有采用", tone: "bad" });
}

function writtenPage(base, seen, stop, known) {
  const said = (label, name) => ({ label, value: seen.taken("fact", `${stop.key}/${name}`)?.label ?? "" });
  const rows = [said("地点", "place"), said("场所类型", "spot_kind"), said("看到的活动", "activity"), said("学生（约，人）", "pupils"), said("教师（约，人）", "teachers"), said("情况摘要", "summary")];
  screen.replaceChildren(
    note("ok", "教育部门已收到", "不能再改；否决项有问题的，已经作为线索送出。写错的请联系教育部门。"),
    stop.refused.length ? h("section", {}, h("h2", {}, `后来的改动 ${stop.refused.length} 项没有采用`), h("div", { class: "rows" }, stop.refused.map((one) => wordOf(one, known)))) : "",
    card(facts(rows.filter((one) => one.value))),
    link("返回", base, { cls: "btn-primary btn-big" }),
  );
}

// The phone's position once for a place, and only when somebody presses.
export function placeCard(about, seen, key) {
  const told = h("p", { class: "hint", "aria-live": "polite" });
  const known = seen.value("position", key);
  const show = (where) => (told.textContent = where ? `已记下，精度约 ${where.accuracy} 米。只记这一次，不记录行踪。` : "不按就不取位置，不记录行踪。");
  show(known);
  const press = button(known ? "已记下位置" : "记下这里的位置（可不填）", async () => {
    press.disabled = true;
    const where = await position(8000, { fresh: true });
    if (where) {
      await speak(about, "position", key, where);
      show(where);
      press.lastChild.textContent = "已记下位置";
    } else {
      press.disabled = false;
      told.textContent = "没有取得位置，可以不填，或走到开阔处再试。";
    }
  }, { cls: "btn-wide", symbol: "map-pin", disabled: Boolean(known) });
  return card(press, told);
}

export async function stopSheet(patrol, key) {
  const [seen, known] = await Promise.all([sight(patrol.uid), extras()]);
  const stop = stopsOf(patrol, seen).find((one) => one.key === key) ?? {};
  const back = `#/p/${patrol.uid}/s/${key}`;
  return {
    about: patrol,
    title: stop.name || "未登记场所",
    isOpen: !isWritten(stop),
    checklist: known.checklist,
    back,
    list: `${back}/list`,
    prefix: `${key}/`,
    begin: "开始逐项看",
    needsPhoto: false,
    needsNote: () => true,
    noteMax: known.limits?.note ?? NOTE_MAX,
    photos: () => photoStrip(patrol, "photo", key, {}, { locate: false, most: PHOTOS_MAX }),
    more: (item) => (item.is_star ? note("info", "否决项有问题的，当天作为线索送出", "写明看到的情况就可以，不要求对方改正或签字。") : ""),
  };
}

export async function savePage(patrol, key) {
  await flushDrafts();
  const [seen, known, counts] = await Promise.all([sight(patrol.uid), extras(), tally(patrol.uid)]);
  const base = `#/p/${patrol.uid}`;
  const stop = stopsOf(patrol, seen).find((one) => one.key === key);
  if (!stop || isWritten(stop)) return (location.hash = base);
  const items = known.checklist?.items ?? [];
  const value = (item) => seen.value("answer", `${key}/${item.code}`) ?? {};
  const failing = items.filter((item) => value(item).value === known.checklist.failing);
  const rest = items.filter((item) => !value(item).value);
  const fact = (name) => seen.value("fact", `${key}/${name}`)?.text?.trim() ?? "";
  const missing = missingOf(stop, fact, failing, value, items, known.limits ?? {}).map(([title, path]) => row({ title, state: "去填", tone: "warn", href: `${base}/s/${key}${path}` }));
  heading("保存这一家", stop.name || "未登记场所", `${base}/s/${key}`);
  const named = isRefused(stop.said) && stop.said.reason.includes("学生姓名");
  const checked = h("input", { type: "checkbox" });
  const photos = counts.operations.filter((one) => one.kind === "photo" && one.item.startsWith(`${key}/`)).length;
  const keep = button("保存这一家", async () => {
    keep.disabled = true;
    await speak(patrol, "stop", key, { version: known.checklist?.uid ?? "", rest: known.checklist?.answers.at(-1).code ?? "", count: await spokenCount(patrol.uid), name: stop.name, names_checked: checked.checked });
    say("这一家已存在手机里，联网后自动发送。", "ok");
    location.hash = base;
  }, { cls: "btn-primary btn-big", symbol: "device-floppy" });
  screen.replaceChildren(
    missing.length ? card(h("h2", {}, `还差 ${missing.length} 项`), h("div", { class: "rows" }, missing)) : "",
    card(facts([{ label: "学生、教师", value: `约 ${fact("pupils") || 0} 人、${fact("teachers") || 0} 人` }, { label: "问题", value: failing.length ? failing.map((item) => item.code).join("、") : "没有" }, { label: "没有选的", value: rest.length ? `${rest.length} 项，记为“${known.checklist.answers.at(-1).label}”` : "没有" }, { label: "照片", value: `${photos} 张` }])),
    failing.some((item) => item.is_star) ? note("info", "有否决项的问题", "送达后当天作为线索交教育部门办理，不显示是谁看到的。") : "",
    named ? note("bad", "这一家没有受理，内容都在", stop.said.reason) : "",
    named ? h("label", { class: "row row-check" }, checked, h("span", { class: "row-text" }, "已核对，文中没有学生姓名")) : "",
    missing.length ? "" : keep,
  );
}

// Numbers that the desk would not take, each in words.
export const wrongNumbers = (fact, labels, limits) =>
  Object.entries(labels).flatMap(([name, label]) => (!fact(name) ? [] : !/^\d{1,4}$/.test(fact(name)) ? [`${label}须是数字`] : Number(fact(name)) > limits[name] ? [`${label}最多填 ${limits[name]}`] : []));

function missingOf(stop, fact, failing, value, items, limits) {
  const found = [];
  if (!stop.institution && !fact("seen_name")) found.push(["看到的名称", ""]);
  if (!fact("place") && !stop.address) found.push(["地点", ""]);
  if (!fact("spot_kind")) found.push(["场所类型", ""]);
  found.push(...wrongNumbers(fact, { pupils: "学生人数", teachers: "教师人数" }, limits).map((words) => [words, ""]));
  const longest = limits.note ?? NOTE_MAX;
  items.forEach((item, place) => value(item).note?.trim().length > longest && found.push([`${item.code} 写了 ${value(item).note.trim().length} 字，最多 ${longest} 字`, `/list/${place + 1}`]));
  for (const item of failing) if (!value(item).note?.trim()) found.push([`${item.code} 没有写看到的情况`, `/list/${items.indexOf(item) + 1}`]);
  return found;
}
