// On the sign-in page: whatever was sent just now was not received, and stays a draft.

import { able, all, put, remove } from "./store.js";

if (able) {
  for (const draft of await all("drafts")) if (draft.sent) await put("drafts", { ...draft, sent: null });
  // The session that was to end is over.
  await remove("kept", "sign_out");
}
