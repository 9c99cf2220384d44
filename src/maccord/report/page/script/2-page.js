/* Colours, links to an incident, and the page on paper. */
{
  const root = document.documentElement;
  const buttons = all("[data-theme-choice]");
  const choose = (choice) => {
    if (choice === "auto") delete root.dataset.theme; else root.dataset.theme = choice;
    for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.themeChoice === choice));
  };
  for (const one of buttons) {
    one.addEventListener("click", () => {
      choose(one.dataset.themeChoice);
      try { window.localStorage.setItem("maccord-theme", one.dataset.themeChoice); } catch { /* not kept, then */ }
    });
  }
  choose(root.dataset.theme || "auto");

  /* A link to an incident shows it, whatever the filter hides. */
  const follow = () => {
    const wanted = byId(window.location.hash.slice(1));
    if (!wanted || !wanted.hasAttribute("data-incident")) return;
    if (wanted.hidden) document.dispatchEvent(new Event("maccord:show-all"));
    wanted.scrollIntoView({ block: "start" });
    wanted.focus({ preventScroll: true });
  };
  window.addEventListener("hashchange", follow);
  window.addEventListener("DOMContentLoaded", follow);

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const one of closed) one.open = true;
  });
  window.addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
}
