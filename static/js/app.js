// Desk and portal: confirmation, unsaved changes, menus, navigation on a phone, htmx.
import { release, setUpCommon } from "./common.js";
import { setUpPickers } from "./picker.js";

function setUpConfirm() {
  const dialog = document.getElementById("confirm-dialog");
  const passed = new WeakSet();
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const asker = event.submitter?.dataset.confirm ? event.submitter : form;
      const question = asker.dataset.confirm;
      if (!question || passed.has(form)) {
        passed.delete(form);
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      const submitter = event.submitter;
      ask(dialog, asker.dataset).then((yes) => {
        if (!yes) return;
        passed.add(form);
        form.requestSubmit(submitter ?? undefined);
      });
    },
    true,
  );
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(dialog, { confirm: event.detail.question }).then((yes) => yes && event.detail.issueRequest(true));
  });
}

function ask(dialog, { confirm, confirmYes, confirmDanger }) {
  if (!dialog?.showModal) return Promise.resolve(window.confirm(confirm));
  dialog.querySelector("[data-confirm-text]").textContent = confirm;
  const button = dialog.querySelector("[data-confirm-yes]");
  button.textContent = confirmYes || "确定";
  button.className = confirmDanger === undefined ? "btn btn-primary" : "btn btn-danger";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) =>
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }),
  );
}

// Forms marked data-guard warn before unsaved input is left behind.
function setUpUnsaved() {
  const dirty = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) dirty.add(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget !== "_blank") dirty.delete(event.target); // a preview keeps the input unsaved
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
}

function setUpMenus() {
  const selector = "details[data-menu][open], details.pop[open]";
  document.addEventListener("click", (event) => {
    document.querySelectorAll(selector).forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll(selector).forEach((menu) => {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    });
  });
}

function setUpNavigation() {
  const button = document.querySelector("[data-toggle-nav]");
  const nav = document.getElementById("sidebar-nav");
  if (!button || !nav) return;
  const show = (open) => {
    nav.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => {
    show(!nav.classList.contains("open"));
    if (nav.classList.contains("open")) nav.querySelector("a")?.focus();
  });
  nav.parentElement.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !nav.classList.contains("open")) return;
    show(false);
    button.focus();
  });
}

// The filter's folded fields stand open on a wide screen.
function setUpFilters() {
  const wide = window.matchMedia("(min-width: 48rem)");
  const apply = () => document.querySelectorAll("details[data-wide-open]").forEach((item) => (item.open = wide.matches));
  wide.addEventListener("change", apply);
  apply();
}

function setUpCheckAll() {
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.checkAll;
    if (!name) return;
    const scope = event.target.closest("form, table") ?? document;
    scope.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`).forEach((box) => {
      box.checked = event.target.checked;
    });
  });
}

function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

function say(text) {
  const place = document.getElementById("messages");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "note note-bad";
  note.setAttribute("role", "alert");
  const body = document.createElement("div");
  body.className = "note-text";
  body.textContent = text;
  note.append(body);
  place.replaceChildren(note);
}

const ANSWERS = {
  401: "登录已过期，请刷新页面重新登录。",
  403: "没有权限，或页面已过期。请刷新页面后重试。",
  404: "这条记录已不存在或不在您的权限范围内，请刷新页面。",
  429: "操作太频繁，请稍等一分钟再试。",
};

function setUpHtmx() {
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? cookie("csrftoken");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const code = event.detail.xhr.status;
    if (code === 409 || code === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    } else if (code >= 400) {
      say(ANSWERS[code] ?? "没有完成，请稍后重试。");
    }
  });
  document.addEventListener("htmx:sendError", () => say("网络不通，内容没有提交。请检查网络后重试。"));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form");
    if (form) release(form);
  });
}

setUpConfirm();
setUpCommon();
setUpUnsaved();
setUpMenus();
setUpNavigation();
setUpFilters();
setUpCheckAll();
setUpHtmx();
setUpPickers();
document.querySelector("[data-focus]")?.focus();
