// The checklist, one question a screen.
import { card, choices, field, h, heading, link, note, progress, row, screen, tag } from "../ui.js";
import { sight, speak, typing } from "../words.js";
import { photoStrip } from "./photos.js";

const TONES = ["ok", "bad", "mute"];

export function checklistOf(visit) {
  const known = visit.extras?.checklists ?? [];
  return known.find((one) => one.uid === visit.checklist) ?? (visit.checklist ? null : known[0]) ?? null;
}

// How a checklist is filled in: whose, under which addresses, and what stands beside an answer.
export function visitSheet(visit) {
  const back = `#/v/${visit.uid}`;
  return {
    about: visit,
    title: visit.title,
    checklist: checklistOf(visit),
    back,
    list: `${back}/list`,
    prefix: "",
    begin: "开始逐项检查",
    needsPhoto: true,
    needsNote: (item) => item.note,
    photos: (item) => photoStrip(visit, "answer_photo", item.code, { code: item.code }),
    more: (item) => link("登记为问题", `${back}/finding/${item.code}`, { cls: "btn-wide", symbol: "alert-triangle" }),
  };
}

export async function listPage(sheet) {
  const { checklist } = sheet;
  const seen = await sight(sheet.about.uid);
  heading(checklist.name, sheet.title, sheet.back);
  const open = checklist.items.findIndex((item) => !seen.value("answer", sheet.prefix + item.code)?.value);
  const sections = new Map();
  checklist.items.forEach((item, index) => sections.set(item.aspect, [...(sections.get(item.aspect) ?? []), [item, index]]));
  screen.replaceChildren(
    link(open < 0 ? "从头看一遍" : open === 0 ? sheet.begin : `继续第 ${open + 1} 项`, `${sheet.list}/${Math.max(0, open) + 1}`, { cls: "btn-primary btn-big" }),
    ...[...sections].map(([aspect, rows]) => h("section", {}, h("h2", {}, aspect), h("div", { class: "rows" }, rows.map(([item, index]) => line(sheet, seen, item, index))))),
  );
}

function line(sheet, seen, item, index) {
  const { checklist } = sheet;
  const value = seen.value("answer", sheet.prefix + item.code)?.value;
  const label = checklist.answers.find((one) => one.code === value)?.label ?? "";
  const differs = value && seen.colleague("answer", sheet.prefix + item.code, "value");
  return row({ title: `${item.code} ${item.text}`, state: differs ? "填写不一致" : label, tone: differs || value === checklist.failing ? "bad" : value ? "ok" : "mute", href: `${sheet.list}/${index + 1}` });
}

export async function itemPage(sheet, number) {
  const { about, checklist } = sheet;
  const item = checklist.items[number - 1];
  if (!item) return (location.hash = sheet.list);
  const key = sheet.prefix + item.code;
  const seen = await sight(about.uid);
  const held = seen.value("answer", key) ?? {};
  const now = { value: held.value ?? "", note: held.note ?? "", label: held.label ?? "", version: checklist.uid, ...(sheet.needsPhoto ? { no_photo_reason: held.no_photo_reason ?? "" } : {}) };
  const tell = () => speak(about, "answer", key, { ...now });
  heading(item.aspect, sheet.title, sheet.list);
  progress(number / checklist.items.length);
  const detail = h("div", {});
  const options = checklist.answers.map((one, index) => ({ ...one, tone: one.code === checklist.failing ? "bad" : TONES[index] }));
  const answer = choices("检查结果", options, now.value, async (code) => {
    now.value = code;
    now.label = checklist.answers.find((one) => one.code === code).label;
    await tell();
    paint();
  });

  function paint() {
    const isFailing = now.value === checklist.failing;
    const words = typing(h("textarea", { rows: "2", maxlength: String(sheet.noteMax ?? 500), value: now.note }), about, "answer", key, (text) => ((now.note = text), { ...now }));
    const excuse = typing(h("input", { type: "text", maxlength: "100", value: now.no_photo_reason ?? "", placeholder: "确实不便拍照时填写" }), about, "answer", key, (text) => ((now.no_photo_reason = text), { ...now }));
    detail.replaceChildren(
      now.value
        ? card(
            field(isFailing ? (sheet.needsNote(item) ? "问题描述（必填）" : "问题描述") : "说明", words),
            sheet.photos(item),
            isFailing && item.photo && sheet.needsPhoto ? field("未拍照原因", excuse) : "",
            isFailing ? sheet.more(item) : "",
          )
        : "",
    );
  }
  paint();
  const theirs = seen.colleague("answer", key, "value");
  screen.replaceChildren(
    h("p", { class: "counter" }, `第 ${number} 项，共 ${checklist.items.length} 项`, item.is_star && tag("否决项", "bad"), item.photo && sheet.needsPhoto && tag("不合格须拍照", "warn")),
    h("h2", { class: "question" }, `${item.code} ${item.text}`),
    item.hint ? h("p", {}, item.hint) : "",
    item.basis.length ? h("p", { class: "sub" }, `依据：${item.basis.join("；")}`) : "",
    theirs ? note("warn", `${theirs.by}填的是“${theirs.value.label || theirs.value.value}”`, "不一致的两份都会保留，由人选定。您改选即以您看过后的填写为准。") : "",
    answer,
    detail,
    h("div", { class: "pair" }, number > 1 ? link("上一项", `${sheet.list}/${number - 1}`, { cls: "btn-big" }) : link("目录", sheet.list, { cls: "btn-big" }), number < checklist.items.length ? link("下一项", `${sheet.list}/${number + 1}`, { cls: "btn-primary btn-big" }) : link("填完，返回", sheet.back, { cls: "btn-primary btn-big" })),
  );
}
