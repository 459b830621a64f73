// What the phone itself holds: entries not received yet, drafts of forms, the owner's next meetings. In IndexedDB, per user.
// A later version adds stores; it never makes these anew, as entries may wait in them.

// Without these the plain forms do their work, and nothing here is used.
export const able =
  self.isSecureContext && "indexedDB" in self && "serviceWorker" in navigator && "locks" in navigator && "caches" in self;

const opening = () =>
  new Promise((done, failed) => {
    const request = indexedDB.open("cadrenet", 1);
    request.onupgradeneeded = () => {
      for (const [name, key] of [["entries", "key"], ["drafts", "id"], ["kept", "name"]]) {
        if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, { keyPath: key });
      }
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

async function within(name, mode, work) {
  const database = await opening();
  try {
    return await new Promise((done, failed) => {
      const transaction = database.transaction(name, mode, { durability: "strict" });
      const request = work(transaction.objectStore(name));
      transaction.oncomplete = () => done(request.result);
      transaction.onabort = transaction.onerror = () => failed(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const all = (name) => within(name, "readonly", (store) => store.getAll());
export const get = (name, key) => within(name, "readonly", (store) => store.get(key));
export const put = (name, row) => within(name, "readwrite", (store) => store.put(row));
export const remove = (name, key) => within(name, "readwrite", (store) => store.delete(key));
export const empty = (name) => within(name, "readwrite", (store) => store.clear());

// Stores are emptied and not deleted: another tab that is open would hold up the deletion.
export async function wipe() {
  for (const name of ["entries", "drafts", "kept"]) await empty(name);
  for (const name of await caches.keys()) await caches.delete(name);
}

// Whose phone this is: who was signed in here last.
export const owner = async () => (await get("kept", "owner"))?.user ?? null;
