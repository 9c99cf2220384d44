/* Shows the incidents that match what is typed, and whose severity is switched on. */
const filter = { text: "", digits: "" };
{
  const field = byId("filter");
  const shown = all("[data-incident]");
  const rows = all("[data-row]");
  const kinds = new Set(data.incidents.map((one) => one.kind));
  let activeOnly = false;
  const words = new Map();
  /* What an incident says; not the page of its cause, which says the same in each. */
  const wordsOf = (element) => {
    const own = [...element.children].filter((child) => !child.classList.contains("page-fold"));
    if (!words.has(element)) words.set(element, own.map((child) => child.textContent).join(" ").toLowerCase());
    return words.get(element);
  };
  const states = data.states;

  const holdsAddress = (at, digits) => {
    const [first, last] = spanOf(digits);
    const { addresses, ranges } = data.search[at];
    if (addresses.some((one) => one.toString(16).padStart(12, "0").includes(digits))) return true;
    return digits.length >= 6 && ranges.some(([low, high]) => low <= last && first <= high);
  };
  const matches = (at) => {
    const { text, digits } = filter;
    if (!kinds.has(data.incidents[at].kind) || (activeOnly && states[at] !== "active")) return false;
    if (!text || wordsOf(shown[at]).includes(text)) return true;
    if (data.search[at].hosts.some((host) => data.hosts[host].toLowerCase().includes(text))) return true;
    return Boolean(digits) && holdsAddress(at, digits);
  };
  const rowMatches = (row) => {
    if (!filter.text || wordsOf(row).includes(filter.text)) return true;
    return Boolean(filter.digits) && wordsOf(row).replace(/[^0-9a-z]/g, "").includes(filter.digits);
  };
  const apply = () => {
    filter.text = field.value.trim().toLowerCase();
    filter.digits = digitsOf(filter.text);
    let count = 0;
    shown.forEach((element, at) => {
      element.hidden = !matches(at);
      count += element.hidden ? 0 : 1;
    });
    for (const row of rows) row.hidden = !rowMatches(row);
    byId("found").textContent = count === shown.length ? counted(count, "incident") : `${count.toLocaleString("en")} of ${counted(shown.length, "incident")}`;
    byId("none-found").hidden = count > 0;
    document.dispatchEvent(new Event("maccord:filtered"));
  };
  const showAll = () => {
    field.value = "";
    activeOnly = false;
    for (const one of all("[data-kind]")) { kinds.add(one.dataset.kind); one.setAttribute("aria-pressed", "true"); }
    for (const one of all("[data-active]")) one.setAttribute("aria-pressed", "false");
    apply();
  };

  if (field) {
    field.addEventListener("input", settled(apply, 120));
    field.addEventListener("keydown", (event) => { if (event.key === "Escape") showAll(); });
    field.form.addEventListener("submit", (event) => event.preventDefault());
    byId("reset").addEventListener("click", () => { showAll(); field.focus(); });
    document.addEventListener("maccord:show-all", showAll);
    for (const one of all("[data-kind]")) {
      one.addEventListener("click", () => {
        const on = one.getAttribute("aria-pressed") !== "true";
        one.setAttribute("aria-pressed", String(on));
        if (on) kinds.add(one.dataset.kind); else kinds.delete(one.dataset.kind);
        apply();
      });
    }
    for (const one of all("[data-active]")) {
      one.addEventListener("click", () => {
        activeOnly = !activeOnly;
        one.setAttribute("aria-pressed", String(activeOnly));
        apply();
      });
    }
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, textarea, [role=application]");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); field.focus(); }
    });
  }
}
