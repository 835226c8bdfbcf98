// A button with `data-preview` sends its form into a preview frame (`formaction`, `formtarget`), which works without scripts too. Here it is
// pressed by itself a moment after the last key, and the new page is shown when it has come, so that nothing flickers.

const PAUSE = 700;

const refresh = (button) => {
  const old = document.querySelector(`iframe[name="${button.formTarget}"]`);
  const next = old.cloneNode();
  next.removeAttribute("src");
  next.hidden = true;
  old.name = "";
  old.after(next);
  next.addEventListener("load", () => {
    if (next.hidden && next.dataset.asked) {
      next.hidden = false;
      old.remove();
    }
  });
  next.dataset.asked = "yes";
  button.form.requestSubmit(button);
};

for (const button of document.querySelectorAll("button[data-preview]")) {
  let waiting;
  button.form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, PAUSE, button);
  });
}
