/* <regie-delen profile="inschrijven" lang="nl">: a link to the page where people share data.
   Opens that page at the top of the window; sets nothing, asks nothing, loads nothing else. */
"use strict";
(() => {
  const origin = new URL(document.currentScript.src).origin;
  const words = { nl: "Delen met mijn wallet", en: "Share with my wallet" };
  class RegieDelen extends HTMLElement {
    static observedAttributes = ["profile", "lang", "label", "href"];
    connectedCallback() { this.draw(); }
    attributeChangedCallback() { if (this.isConnected) this.draw(); }
    draw() {
      const lang = this.getAttribute("lang") === "en" ? "en" : "nl";
      const profile = this.getAttribute("profile") || "";
      const link = this.querySelector("a") || this.appendChild(document.createElement("a"));
      const own = this.getAttribute("href");
      link.href = own || origin + "/" + lang + (profile && "/" + encodeURIComponent(profile));
      link.target = "_top";
      link.lang = lang;
      if (!link.textContent.trim()) link.textContent = this.getAttribute("label") || words[lang];
    }
  }
  customElements.define("regie-delen", RegieDelen);
})();
