"use strict";
/* Runs before anything is painted: the page knows that there is a script, and which colours were chosen last. */
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  let chosen = null;
  try { chosen = window.localStorage.getItem("maccord-theme"); } catch { /* a browser may keep no store for files */ }
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
})();
