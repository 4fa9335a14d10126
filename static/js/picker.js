// <select multiple data-picker> becomes a search over its options with the chosen ones on top. The select stays
// in the form, hidden, and is what is sent; without scripts it is used as it is.
const SHOWN_MAX = 40;

function element(tag, attributes = {}, text = "") {
  const node = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  if (text) node.textContent = text;
  return node;
}

const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

class Picker {
  constructor(select) {
    this.select = select;
    this.unit = select.dataset.picker || "项";
    this.options = [...select.options].map((option) => ({
      option,
      label: option.textContent.trim(),
      words: plain(`${option.textContent} ${option.dataset.words ?? ""}`),
    }));
    this.build();
    this.paint();
  }

  build() {
    const id = this.select.id;
    this.box = element("div", { class: "picker" });
    this.chosen = element("ul", { class: "picker-chosen", "aria-label": "已选" });
    this.search = element("input", {
      type: "search",
      id: `${id}_search`,
      class: "form-control",
      autocomplete: "off",
      placeholder: "输入名称、地址或拼音首字母",
      "aria-controls": `${id}_found`,
    });
    const describedBy = [`${id}_said`, this.select.getAttribute("aria-describedby")].filter(Boolean).join(" ");
    this.search.setAttribute("aria-describedby", describedBy);
    if (this.select.getAttribute("aria-invalid")) this.search.setAttribute("aria-invalid", "true");
    if (this.select.classList.contains("is-invalid")) this.search.classList.add("is-invalid");
    this.said = element("p", { class: "sub", id: `${id}_said`, role: "status" });
    this.list = element("div", { class: "picker-list", id: `${id}_found`, role: "group", "aria-label": "可以选的" });
    this.box.append(this.chosen, this.search, this.said, this.list);
    this.select.before(this.box);
    this.select.hidden = true;
    const label = document.querySelector(`label[for="${CSS.escape(id)}"]`);
    if (label) label.htmlFor = this.search.id;
    this.search.addEventListener("input", () => this.paintList());
    this.search.addEventListener("keydown", (event) => this.onSearchKey(event));
    this.list.addEventListener("keydown", (event) => this.onListKey(event));
    this.list.addEventListener("change", (event) => this.toggle(Number(event.target.dataset.at), event.target.checked));
  }

  matching() {
    const words = this.search.value.split(/\s+/).map(plain).filter(Boolean);
    return this.options.filter((one) => words.every((word) => one.words.includes(word)));
  }

  toggle(at, on) {
    this.options[at].option.selected = on;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.paintChosen();
    this.say();
  }

  onSearchKey(event) {
    const boxes = this.list.querySelectorAll("input");
    if (event.key === "ArrowDown" && boxes.length) {
      event.preventDefault();
      boxes[0].focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.search.value.trim() && boxes.length) boxes[0].click();
    } else if (event.key === "Escape" && this.search.value) {
      event.preventDefault();
      this.search.value = "";
      this.paintList();
    }
  }

  onListKey(event) {
    const boxes = [...this.list.querySelectorAll("input")];
    const here = boxes.indexOf(document.activeElement);
    if (event.key === "Enter") {
      event.preventDefault();
      document.activeElement.click();
    } else if (event.key === "Escape") {
      this.search.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = here + (event.key === "ArrowDown" ? 1 : -1);
      (next < 0 ? this.search : boxes[Math.min(next, boxes.length - 1)]).focus();
    }
  }

  paint() {
    this.paintChosen();
    this.paintList();
  }

  paintChosen() {
    const picked = this.options.filter((one) => one.option.selected);
    this.chosen.hidden = !picked.length;
    this.chosen.replaceChildren(
      ...picked.map((one) => {
        const item = element("li");
        const button = element("button", { type: "button", class: "picker-chip", "aria-label": `移除 ${one.label}` });
        button.append(element("span", {}, one.label), element("span", { "aria-hidden": "true" }, "×"));
        button.addEventListener("click", () => {
          this.toggle(this.options.indexOf(one), false);
          this.paintList();
          (this.chosen.querySelector("button") ?? this.search).focus();
        });
        item.append(button);
        return item;
      }),
    );
  }

  paintList() {
    const found = this.matching();
    this.list.replaceChildren(
      ...found.slice(0, SHOWN_MAX).map((one) => {
        const at = this.options.indexOf(one);
        const row = element("label", { class: "form-check picker-row" });
        const box = element("input", { type: "checkbox", class: "form-check-input", "data-at": String(at) });
        box.checked = one.option.selected;
        row.append(box, element("span", { class: "form-check-label" }, one.label));
        return row;
      }),
    );
    this.list.hidden = !found.length;
    this.say(found);
  }

  say(found = this.matching()) {
    const picked = this.options.filter((one) => one.option.selected).length;
    const more = found.length > SHOWN_MAX ? `，只列出前 ${SHOWN_MAX} ${this.unit}，请继续输入` : "";
    const hits = found.length ? `找到 ${found.length} ${this.unit}${more}` : "没有找到，请换几个字再查";
    this.said.textContent = `已选 ${picked} ${this.unit}；${hits}。`;
  }
}

export function setUpPickers(scope = document) {
  scope.querySelectorAll("select[multiple][data-picker]:not([hidden])").forEach((select) => new Picker(select));
}
