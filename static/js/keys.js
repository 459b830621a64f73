// What a key of the device needs beside the sign-in library's scripts.
const code = document.querySelector("[name=code]");

// A key answers in the place of a code, so none is sent.
document.querySelector("#use_key")?.addEventListener("click", () => {
  if (code) code.disabled = true;
});

// A key that gives no answer is told on the page; the library would tell it the console only.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.querySelector("[data-key-failed]").hidden = false;
  if (code) code.disabled = false;
});
