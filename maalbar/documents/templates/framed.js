(() => {
  const around = window.parent;
  if (around === window) return;
  let theirs;
  try { theirs = around.document.documentElement; } catch { return; }
  const follow = () => {
    const theme = ["dark", "light"].find((name) => theirs.classList.contains(name));
    if (theme) document.documentElement.dataset.theme = theme;
  };
  follow();
  new MutationObserver(follow).observe(theirs, { attributes: true, attributeFilter: ["class"] });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[target=_top]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const copy = around.document.createElement("a");
    copy.href = link.href;
    around.document.body.append(copy);
    copy.click();
    copy.remove();
  });
})();
