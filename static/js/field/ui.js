// Building the screens: elements, icons, short messages. Text is always set as text, never as HTML.

export const shell = document.getElementById("field");
export const screen = document.getElementById("screen");
const sprite = shell.dataset.sprite;

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled" || name === "files") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("width", "20");
  svg.setAttribute("height", "20");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

export const button = (label, onclick, { cls = "", symbol = "", ...rest } = {}) =>
  h("button", { type: "button", class: `btn ${cls}`, onclick, ...rest }, symbol && icon(symbol), label);

export const link = (label, href, { cls = "", symbol = "" } = {}) => h("a", { class: `btn ${cls}`, href }, symbol && icon(symbol), label);

export const note = (tone, title, text, ...more) =>
  h("div", { class: `note note-${tone}`, role: tone === "bad" ? "alert" : "status" }, h("div", { class: "note-text" }, title && h("strong", {}, title), text && h("p", {}, text), ...more));

export const facts = (rows) =>
  h("dl", { class: "facts" }, rows.map(({ label, value }) => h("div", {}, h("dt", {}, label), h("dd", {}, value))));

export function field(label, control, hint = "") {
  control.id ||= `f${Math.random().toString(36).slice(2)}`;
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control, hint && h("div", { class: "hint" }, hint));
}

export const card = (...children) => h("section", { class: "card" }, ...children);

export function row({ title, sub = "", state = "", tone = "mute", href = "", symbol = "" }) {
  const inside = [symbol && icon(symbol), h("span", { class: "row-text" }, h("strong", {}, title), sub && h("span", { class: "sub" }, sub)), state && tag(state, tone)];
  return href ? h("a", { class: "row", href }, ...inside, icon("chevron-right")) : h("div", { class: "row" }, ...inside);
}

export const tag = (label, tone = "mute") => h("span", { class: `tag tag-${tone}` }, label);

export function choices(name, options, chosen, onchoose) {
  const group = h("div", { class: "choices", role: "radiogroup", "aria-label": name });
  for (const { code, label, tone = "" } of options) {
    const choice = h("button", { type: "button", role: "radio", class: `choice ${tone && `choice-${tone}`}`, "aria-checked": String(code === chosen), onclick: () => pick(choice, code) }, label);
    group.append(choice);
  }
  function pick(choice, code) {
    group.querySelectorAll("[role=radio]").forEach((other) => other.setAttribute("aria-checked", String(other === choice)));
    onchoose(code);
  }
  return group;
}

let fading;
export function say(text, tone = "info") {
  const place = document.getElementById("say");
  place.textContent = text;
  place.className = `say say-${tone}`;
  place.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => (place.hidden = true), 6000);
}

export function heading(title, sub, back) {
  document.getElementById("title").textContent = title;
  document.getElementById("sub").textContent = sub ?? "";
  document.title = `${title} · 现场`;
  const away = document.getElementById("back");
  away.hidden = !back;
  if (back) away.href = back;
  progress(null);
}

export function progress(share) {
  const bar = document.getElementById("progress");
  bar.hidden = share === null;
  if (share !== null) bar.value = share;
}

export const time = (iso) => {
  const at = new Date(iso);
  const two = (number) => String(number).padStart(2, "0");
  return Number.isNaN(at.getTime()) ? "" : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
};
