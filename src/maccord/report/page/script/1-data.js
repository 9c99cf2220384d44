"use strict";
/* What all parts of the script share. Texts get into the page as text, never as HTML. */
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const all = (what, root = document) => [...root.querySelectorAll(what)];

/* 00-15-5D-C8-6A-00 of a 48-bit number. */
const spelled = (value) => value.toString(16).toUpperCase().padStart(12, "0").match(/../g).join("-");
const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : word.endsWith("s") ? "es" : "s"}`;

/* The hexadecimal digits of what looks like an address or a part of one, in any notation; else "". */
const digitsOf = (text) => {
  const bare = text.replace(/^0x/i, "").replace(/[\s:.-]/g, "").toLowerCase();
  return /^[0-9a-f]{2,12}$/.test(bare) ? bare : "";
};

/* The first and last address that begin with some digits. */
const spanOf = (digits) => {
  const room = 16 ** (12 - digits.length);
  const first = parseInt(digits, 16) * room;
  return [first, first + room - 1];
};

/* Ask `work` once things have been quiet for a moment. */
const settled = (work, ms) => {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(work, ms); };
};

const make = (name, attributes = {}, ...inside) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
};
const draw = (name, attributes = {}, ...inside) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
};
