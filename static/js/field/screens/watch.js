// An observation: from public space somebody saw pupils go into a building. A clue, never an inspection.
import * as store from "../store.js";
import * as sync from "../sync.js";
import { button, card, choices, facts, field, h, heading, link, note, row, say, screen, time } from "../ui.js";
import { flushDrafts, sight, speak, spokenCount, tally } from "../words.js";
import { extras, local, troubles } from "./patrols.js";
import { photoStrip } from "./photos.js";
import { factControl, placeCard, wrongNumbers } from "./stop.js";

export const FORM = "monitors.observation";
const PHOTOS_MAX = 9;
const PUBLIC = [{ code: "true", label: "是" }, { code: "false", label: "不是" }];

export async function watchRows() {
  const found = new Map();
  for (const one of await store.all("operations")) if (one.form === FORM) found.set(one.subject, [...(found.get(one.subject) ?? []), one]);
  const rows = [...found].map(([uid, words]) => {
    const done = words.filter((one) => one.kind === "done").at(-1);
    const place = words.filter((one) => one.item === "place").at(-1)?.value.text ?? "";
    const [state, tone] = !done ? ["没有保存", "warn"] : done.state === "SAVED" ? ["已存，待发", "warn"] : done.state === "APPLIED" ? ["已写入", "ok"] : ["HELD", "UNKNOWN"].includes(done.state) ? ["没有受理", "bad"] : ["已送达", "info"];
    return row({ title: place || "人流观察", sub: time(words[0].made_at), state, tone, href: `#/o/${uid}`, symbol: "eye" });
  });
  return rows;
}

export function begin() {
  location.hash = `#/o/${store.uuid7()}`;
}

export async function watchPage(uid) {
  const about = { uid, form: FORM };
  await flushDrafts();
  const [seen, known, own, counts] = await Promise.all([sight(uid), extras(), sync.formOf(FORM), tally(uid)]);
  const done = seen.own.get("done|");
  const written = done?.state === "APPLIED";
  heading("人流观察", "在公共场所看到学生进出", "#/");
  if (!known || !own) return screen.replaceChildren(note("warn", "还没有取用资料", "请在有网络时点“更新资料”。"));
  if (!known.monitor) return screen.replaceChildren(...troubles(counts), note("warn", "还不能登记", "账号还没有关联监督员任期，请联系教育部门。已填的内容都在手机里。"), link("返回", "#/", { cls: "btn-big" }));
  if (written) return writtenPage(seen, counts);
  const make = (name, element) => factControl(about, seen, "", name, element);
  const text = (name, attributes = {}) => make(name, h("input", { type: "text", maxlength: "100", ...attributes }));
  const count = (name) => text(name, { inputmode: "numeric", maxlength: "4", placeholder: "0" });
  const select = (name, list, initial = "") => make(name, h("select", { "data-initial": initial }, h("option", { value: "" }, "请选择"), list.map((one) => h("option", { value: String(one.code) }, one.label))));
  const moment = (name) => make(name, h("input", { type: "datetime-local", max: local(new Date()) }));
  const now = (name, label) => button(label, async () => { await speak(about, "fact", name, { text: local(new Date()) }); watchPage(uid); }, { symbol: "clock" });
  const named = done?.state === "HELD" && done.reason.includes("学生姓名");
  const checked = h("input", { type: "checkbox" });
  const keep = button("保存观察", () => save(about, checked.checked), { cls: "btn-primary btn-big", symbol: "device-floppy" });
  screen.replaceChildren(
    ...troubles(counts),
    note("info", "跟着人流看，不进门", "只在公共场所看；不进私人住所，不要求对方开门、出示材料或者签字。"),
    card(field("观察开始", moment("watched_from")), now("watched_from", "现在开始"), field("观察结束", moment("watched_until")), now("watched_until", "现在结束")),
    card(
      field("乡镇（街道）", select("region", own.extras.towns.map((one) => ({ code: one.id, label: one.name })), String(own.extras.own_town))),
      field("地点", text("place", { maxlength: "200" }), "写到楼栋、单元门口。"),
      field("场所类型", select("spot_kind", known.spot_kinds)),
      field("去向", text("floors", { maxlength: "200" }), "电梯停的楼层、亮灯的窗、听到声音的门牌；不要进门。"),
      ...suspected(known.places ?? [], (found) => select("institution", found), seen.value("fact", "institution")),
    ),
    card(
      h("div", { class: "pair" }, field("进入的学生（约，人）", count("entered")), field("离开的学生（约，人）", count("left"))),
      field("疑似教师（约，人）", count("adults")),
      field("学段", select("stage", known.stages.filter((one) => one.code))),
      field("看到、听到的活动", select("activity", known.activities, "UNKNOWN")),
      field("时间规律", text("pattern"), "例如周一至周五 18:30 以后。"),
      field("看到的情况", make("text", h("textarea", { rows: "3", maxlength: "500" })), "书包、教材、带队的人等；不写学生姓名。"),
      h("div", { class: "label" }, "我只在公共场所观察，没有进入私人住所，没有要求对方做任何事"),
      choices("只在公共场所观察", PUBLIC, seen.value("fact", "is_public_only")?.text ?? "", (code) => speak(about, "fact", "is_public_only", { text: code, label: code === "true" ? "只在公共场所" : "不是" })),
    ),
    card(h("h2", {}, "照片"), photoStrip(about, "photo", "", {}, { locate: false, most: PHOTOS_MAX }), h("p", { class: "hint" }, `最多 ${PHOTOS_MAX} 张，尽量不拍学生正脸。照片不带位置。`)),
    placeCard(about, seen, ""),
    named ? h("label", { class: "row row-check" }, checked, h("span", { class: "row-text" }, "已核对，文中没有学生姓名")) : "",
    keep,
  );
}

const LABELS = [["watched_from", "观察开始"], ["watched_until", "观察结束"], ["place", "地点"], ["spot_kind", "场所类型"], ["floors", "去向"], ["institution", "疑似机构"], ["entered", "进入的学生（约，人）"], ["left", "离开的学生（约，人）"], ["adults", "疑似教师（约，人）"], ["activity", "看到、听到的活动"], ["pattern", "时间规律"], ["text", "看到的情况"]];

// What was taken, to be read; later words that were not used stand above with their reason.
function writtenPage(seen, counts) {
  const rows = LABELS.map(([name, label]) => ({ label, value: (seen.taken("fact", name)?.label ?? seen.taken("fact", name)?.text ?? "").replace("T", " ") }));
  const photos = counts.operations.filter((one) => one.kind === "photo").length;
  screen.replaceChildren(
    ...troubles(counts),
    note("ok", "教育部门已收到", "已作为线索送出，不能再改。写错的请联系教育部门。"),
    card(facts([...rows.filter((one) => one.value), { label: "照片", value: `${photos} 张` }])),
    link("返回", "#/", { cls: "btn-primary btn-big" }),
  );
}

// Which place of the register it may be: the one chosen, and of many hundreds those with the words asked for.
// The one chosen stays in sight whatever is asked, and when the extract has left the phone: it is what will be sent.
const FOUND_MAX = 50;
function suspected(places, select, chosen) {
  const words = h("input", { type: "text", maxlength: "60", placeholder: "名称、地址中的几个字" });
  const carried = places.filter((one) => one.uid === chosen?.text);
  const list = select(carried.length || !chosen?.text ? choicesOf(carried) : [{ code: chosen.text, label: chosen.label || "已选的机构" }]);
  const paint = () => {
    const asked = words.value.trim().toLowerCase();
    const held = list.value ? list.selectedOptions[0] : null;
    const found = places.filter((one) => one.uid !== held?.value && asked && [one.name, one.address, one.initials].join(" ").toLowerCase().includes(asked));
    const hits = choicesOf(found.slice(0, FOUND_MAX)).map((one) => h("option", { value: one.code }, one.label));
    list.replaceChildren(h("option", { value: "" }, "不知道"), ...(held ? [held] : []), ...hits);
    list.value = held?.value ?? "";
  };
  words.addEventListener("input", paint);
  return [field("找疑似机构", words, "先写名称、地址中的几个字，再在下面选；不知道的不填。"), field("疑似机构", list)];
}

const choicesOf = (places) => places.map((one) => ({ code: one.uid, label: one.is_ended ? `${one.name}（${one.state}）` : one.name }));

const NEEDED = [["watched_from", "观察开始"], ["watched_until", "观察结束"], ["place", "地点"], ["spot_kind", "场所类型"], ["entered", "进入的学生人数"], ["text", "看到的情况"]];

async function save(about, isChecked) {
  await flushDrafts();
  const seen = await sight(about.uid);
  const fact = (name) => seen.value("fact", name)?.text?.trim() ?? "";
  const missing = NEEDED.filter(([name]) => !fact(name)).map(([, label]) => label);
  if (missing.length) return say(`还没有填：${missing.join("、")}。`, "bad");
  const wrong = wrongNumbers(fact, { entered: "进入的学生人数", left: "离开的学生人数", adults: "疑似教师人数" }, (await sync.formOf(FORM))?.extras.limits ?? {});
  if (wrong.length) return say(`${wrong.join("；")}。`, "bad");
  if (fact("watched_from") >= fact("watched_until")) return say("观察结束须晚于开始。", "bad");
  if (fact("is_public_only") !== "true") return say("只能登记在公共场所看到的情况，请确认。", "bad");
  await speak(about, "done", "", { people: [(await extras()).monitor.uid], count: await spokenCount(about.uid), names_checked: isChecked });
  say("观察已存在手机里，联网后自动发送，送达后成为线索。", "ok");
  location.hash = "#/";
}
