// What a key of the device needs beside the sign-in library's scripts, which stand before this one.
const key = document.querySelector("[data-key]");
const code = document.querySelector("[name=code]");
const { key: does, button } = key.dataset;
allauth.webauthn.forms[does]({ ids: { add: button, authenticate: button, credential: "id_credential", data: "js_data" } });

// A key answers in the place of a code, so none is sent.
document.getElementById(button).addEventListener("click", () => {
  if (code) code.disabled = true;
});

// A key that gives no answer is told on the page; the library would tell it the console only.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  key.hidden = false;
  if (code) code.disabled = false;
});

// Shown only now: before, a click on it would have been lost.
document.getElementById(button).hidden = false;
