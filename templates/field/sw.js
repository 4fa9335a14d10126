// Keeps the shell of the field app on the phone. Data is kept by the app itself, never here.
const SHELL = "field-{{ build }}";
const HOME = "{{ home }}";
const FILES = [{% for file in files %}
  "{{ file }}",{% endfor %}
];

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(SHELL).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))),
  );
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name.startsWith("field-") && name !== SHELL).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old));
  self.clients.claim();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const path = new URL(request.url).pathname;
  if (request.mode === "navigate" && path === HOME) {
    event.respondWith(caches.match(HOME, { cacheName: SHELL }).then((kept) => kept ?? fetch(request)));
  } else if (FILES.includes(path)) {
    event.respondWith(caches.match(path, { cacheName: SHELL }).then((kept) => kept ?? fetch(request)));
  }
});
