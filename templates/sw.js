{% load static %}// Shows a plain page when there is no network; nothing else is cached.
const SHELL = "offline-1";
const FILES = ["{% url 'offline' %}", "{% static 'css/public.css' %}", "{% static 'js/early.js' %}"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name.startsWith("offline-") && name !== SHELL).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old));
  self.clients.claim();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(FILES[0])));
  } else if (FILES.includes(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  }
});
