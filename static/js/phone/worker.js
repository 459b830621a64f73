// The worker: keeps the one page that opens without a network, and what it is made of. It sends nothing and holds no data.
// Two lines stand above these when it is served: VERSION, and KEPT, the addresses that it keeps.

const CACHE = `cadrenet-${VERSION}`;
const [SHELL] = KEPT;
// Pages that are none of its business: they hold tokens, or are for a desk.
const APART = /^\/(admin|meetings\/attend|sw\.js|phone)\b/;

self.addEventListener("install", (event) => {
  // Files bear their content in their names: the browser has them. The shell does not.
  const fresh = KEPT.map((address) => new Request(address, { cache: address === SHELL ? "reload" : "default" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

// A new worker waits until no form is half filled: the page says when.
self.addEventListener("message", (event) => {
  if (event.data === "SKIP_WAITING") self.skipWaiting();
  if (event.data === "KEEP_SHELL") event.waitUntil(keepShell());
});

// In the language that was chosen meanwhile.
async function keepShell() {
  const cache = await caches.open(CACHE);
  await cache.add(new Request(SHELL, { cache: "reload" }));
}

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("cadrenet-") && name !== CACHE) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

const kept = (request) => caches.match(request, { cacheName: CACHE, ignoreVary: true });

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin || APART.test(address.pathname)) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(async () => (await kept(SHELL)) || Response.error()));
  } else if (KEPT.includes(address.pathname)) {
    event.respondWith(fetch(request).catch(async () => (await kept(address.pathname)) || Response.error()));
  }
});
