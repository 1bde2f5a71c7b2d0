function (id, address) {
  var root = document.getElementById(id);
  if (!root) return;
  var field = function (name) { return root.querySelector("[data-field=" + name + "]").value.trim(); };
  var connected = function () { return globalThis.gonb_comm && globalThis.gonb_comm.websocket_is_opened; };
  [].forEach.call(root.querySelectorAll("button"), function (button) {
    button.addEventListener("click", function () {
      if (!connected()) { root.style.display = "none"; return; }
      var words = [button.dataset.order, field("run")];
      if (button.dataset.with) words.push(field(button.dataset.with));
      globalThis.gonb_comm.send(address, words.join(" "));
    });
  });
  var tries = 0, knock = setInterval(function () {
    if (++tries > 100) clearInterval(knock);
    if (connected()) {
      clearInterval(knock);
      root.style.display = "";
    }
  }, 100);
}
