// A button with `data-preview` sends its form into a preview frame (`formaction`, `formtarget`), which works without scripts too. Here it is
// pressed by itself a moment after the last key; the answer loads in a hidden twin of the frame, so that nothing flickers.

const PAUSE = 700;
let made = 0;

const twinOf = (frame) => {
  const twin = frame.cloneNode();
  twin.removeAttribute("src");
  twin.hidden = true;
  twin.name = `preview-${++made}`;
  return twin;
};

for (const button of document.querySelectorAll("button[data-preview]")) {
  let waiting;
  const refresh = () => {
    const frame = document.querySelector(`iframe[name="${button.formTarget}"]`);
    const twin = twinOf(frame);
    frame.after(twin);
    button.setAttribute("formtarget", twin.name);
    twin.addEventListener("load", () => {
      twin.hidden = false;
      while (twin.previousElementSibling?.localName === "iframe") twin.previousElementSibling.remove();
    }, { once: true });
    button.form.requestSubmit(button);
  };
  button.form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, PAUSE);
  });
}
