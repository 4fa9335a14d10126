// Runs before the first paint: marks that scripts work and applies the reader's text size.
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  try {
    if (localStorage.getItem("text-size") === "large") root.classList.add("text-large");
  } catch (error) {
    /* storage is switched off: normal size */
  }
})();
