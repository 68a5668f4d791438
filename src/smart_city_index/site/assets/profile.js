// The profile: show the edition that the address asks for.
"use strict";

(() => {
  const panels = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-edition]")]);
  const links = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-edition-link]")]);
  const others = /** @type {HTMLAnchorElement[]} */ ([
    ...document.querySelectorAll("a[data-keeps-edition]"),
  ]);
  const editions = links.map((link) => link.dataset.editionLink || "");

  /** Show one edition and hide the others. */
  function show() {
    const asked = site.query().edition;
    const edition = editions.includes(asked) ? asked : editions[0];
    for (const panel of panels) panel.hidden = panel.dataset.edition !== edition;
    for (const link of links) {
      if (link.dataset.editionLink === edition) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const link of others) {
      const address = new URL(link.href);
      address.searchParams.set("edition", edition);
      link.href = address.href;
    }
  }

  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      site.setQuery({ edition: link.dataset.editionLink || "" });
      show();
    });
  }
  window.addEventListener("popstate", show);
  show();
})();
