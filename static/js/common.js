// Behaviour shared by desk, portal and public pages. Everything works without it.

const root = document.documentElement;

function setUpTextSize() {
  const paint = () => {
    const large = root.classList.contains("text-large");
    document.querySelectorAll("[data-text-size]").forEach((button) => button.setAttribute("aria-pressed", String(large)));
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-text-size]")) return;
    const large = root.classList.toggle("text-large");
    try {
      localStorage.setItem("text-size", large ? "large" : "normal");
    } catch {
      /* kept for this page only */
    }
    paint();
  });
  paint();
}

// A form is sent once: the button is switched off after the first submit and back on when the page returns.
function setUpSubmitOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || (form.getAttribute("method") ?? "get").toLowerCase() !== "post" || "repeat" in form.dataset) return;
    if (event.submitter?.formTarget === "_blank") return; // a preview sends nothing for good
    if (form.dataset.sent === "yes") {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter;
    setTimeout(() => {
      if (!button) return;
      button.setAttribute("aria-disabled", "true");
      button.classList.add("is-busy");
    });
    setTimeout(() => release(form), 15000);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
}

export function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll(".is-busy").forEach((button) => {
    button.classList.remove("is-busy");
    button.removeAttribute("aria-disabled");
  });
}

function setUpDismiss() {
  document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest(".note")?.remove();
  });
}

function setUpPrint() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
}

function setUpCopy() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-text]");
    if (!button) return;
    const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
    const text = button.dataset.copyText ?? source?.value ?? source?.textContent.trim() ?? "";
    const before = button.innerHTML;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "已复制";
    } catch {
      button.textContent = "请长按选择后复制";
      if (source) getSelection().selectAllChildren(source);
    }
    setTimeout(() => (button.innerHTML = before), 2000);
  });
}

const megabytes = (bytes) => (bytes < 104858 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

// Says how large the chosen files are before they travel; too large is said at once.
function setUpFileHints() {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "file") return;
    const limit = Number(input.dataset.maxMb || 20) * 1048576;
    let hint = input.parentElement.querySelector(":scope > [data-file-hint]");
    if (!hint) {
      hint = document.createElement("div");
      hint.dataset.fileHint = "";
      hint.setAttribute("role", "status");
      input.insertAdjacentElement("afterend", hint);
    }
    const files = [...input.files];
    const large = files.filter((file) => file.size > limit);
    const total = files.reduce((sum, file) => sum + file.size, 0);
    hint.className = large.length ? "field-error" : "form-hint";
    hint.textContent = large.length
      ? `“${large[0].name}”有 ${megabytes(large[0].size)}，超过 ${megabytes(limit)}，请压缩后再选。`
      : files.length
        ? `已选 ${files.length} 个文件，共 ${megabytes(total)}`
        : "";
    input.setCustomValidity(large.length ? hint.textContent : "");
  });
}

// Without a network the browser then shows our own page instead of its own.
function setUpOffline() {
  navigator.serviceWorker?.register("/sw.js").catch(() => {});
}

// A table wider than its card scrolls sideways; the keyboard must be able to do that too.
function setUpWideTables() {
  const mark = () =>
    document.querySelectorAll(".table-wrap").forEach((wrap) => {
      if (wrap.scrollWidth <= wrap.clientWidth) {
        ["tabindex", "role", "aria-label"].forEach((name) => wrap.removeAttribute(name));
        return;
      }
      wrap.setAttribute("tabindex", "0");
      wrap.setAttribute("role", "region");
      wrap.setAttribute("aria-label", wrap.querySelector("caption")?.textContent.trim() || "表格");
    });
  mark();
  addEventListener("resize", mark);
  document.addEventListener("htmx:afterSettle", mark);
}

export function setUpCommon() {
  setUpWideTables();
  setUpTextSize();
  setUpSubmitOnce();
  setUpDismiss();
  setUpPrint();
  setUpCopy();
  setUpFileHints();
  setUpOffline();
}
