function (id, call, address) {
  var root = document.getElementById(id), names = ["best", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th"];
  if (!root) return;
  var cells = [].slice.call(root.querySelectorAll("td[data-answer]"));
  var press = root.querySelector(".dpo-press"), line = root.querySelector(".dpo-line"), how = root.querySelector(".dpo-how");
  var groups = [], bad = false, connected = false, saved = false;

  function send(word) {
    if (address && globalThis.gonb_comm) globalThis.gonb_comm.send(address, word);
  }
  function placed() { return [].concat.apply([], groups).length; }
  function order() {
    return bad ? "all bad" : groups.map(function (g) { return g.join(" = "); }).join(" > ");
  }
  function place(group) {
    var before = groups.slice(0, group).reduce(function (n, g) { return n + g.length; }, 0);
    return names[before] || before + 1 + "th";
  }
  function button(parent, text, act) {
    var b = document.createElement("button");
    b.type = "button";
    b.textContent = text;
    b.style.marginRight = "4px";
    b.addEventListener("click", function () { act(); send("press"); draw(); });
    parent.appendChild(b);
  }
  function draw() {
    press.textContent = "";
    cells.forEach(function (cell) {
      var answer = cell.dataset.answer, at = groups.findIndex(function (g) { return g.indexOf(answer) >= 0; });
      cell.textContent = at >= 0 ? place(at) + (groups[at].length > 1 ? ", tied" : "") : "";
      if (at >= 0 || bad || saved) return;
      button(cell, place(groups.length), function () { groups.push([answer]); });
      if (groups.length) button(cell, "= " + place(groups.length - 1), function () { groups[groups.length - 1].push(answer); });
    });
    if (saved) return;
    if (!groups.length && !bad) button(press, "all bad", function () { bad = true; });
    if (groups.length || bad) {
      button(press, "undo", function () {
        if (bad) { bad = false; return; }
        var last = groups[groups.length - 1];
        last.pop();
        if (!last.length) groups.pop();
      });
      line.textContent = call + JSON.stringify(order() + (bad || placed() === cells.length ? "" : " …")) + ")";
    }
    if (connected && (bad || placed() === cells.length)) {
      button(press, "save", function () {
        saved = true;
        how.textContent = "Saved: " + order();
        send("order " + order());
      });
    }
  }
  draw();
  var tries = 0, knock = address && setInterval(function () {
    if (++tries > 30) clearInterval(knock);
    if (globalThis.gonb_comm && globalThis.gonb_comm.websocket_is_opened) {
      clearInterval(knock);
      connected = true;
      send("here");
      draw();
    }
  }, 100);
}
