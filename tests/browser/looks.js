// What is wrong with how a page looks, measured in the page itself: [sentence, …]. Contrast by WCAG 2.2 §1.4.3, targets by §2.5.5.
() => {
  const LEAST_CONTRAST = 4.5;
  const LEAST_TARGET = 43.5;
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });

  const luminance = (layers) => {
    for (const layer of layers) {
      canvas.fillStyle = layer;
      canvas.fillRect(0, 0, 1, 1);
    }
    const linear = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };

  const grounds = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) layers.unshift(getComputedStyle(each).backgroundColor);
    return ["white", ...layers];
  };

  const contrast = (element) => {
    const behind = grounds(element);
    const [low, high] = [luminance(behind), luminance([...behind, getComputedStyle(element).color])].sort((one, other) => one - other);
    return (high + 0.05) / (low + 0.05);
  };

  const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 2 && !element.closest(".spoken, .skip, :disabled");

  const wrong = [];
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`scrolls sideways by ${document.documentElement.scrollWidth - innerWidth} px`);
  if (document.querySelectorAll("h1").length !== 1) wrong.push(`has ${document.querySelectorAll("h1").length} h1`);

  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = words.nextNode(); text; text = words.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || !seen(element)) continue;
    const ratio = contrast(element);
    if (ratio < LEAST_CONTRAST) wrong.push(`contrast ${ratio.toFixed(2)}: “${text.data.trim().slice(0, 30)}”`);
  }

  // Links in running text are as tall as their line, and may be (WCAG 2.2 §2.5.5, inline).
  for (const target of document.querySelectorAll("a, button, summary, select, textarea, input:not([type=hidden])")) {
    if (!seen(target) || (target.localName === "a" && getComputedStyle(target).display === "inline")) continue;
    const { height } = (target.closest("label") ?? target).getBoundingClientRect();
    if (height < LEAST_TARGET) wrong.push(`only ${Math.round(height)} px tall: “${(target.textContent.trim() || target.id).slice(0, 30)}”`);
  }
  return wrong;
}
