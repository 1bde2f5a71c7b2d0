(function (root, start) {
  "use strict";
  if (!root) return;
  // The image is for pages without scripts; in the drawing the point can move.
  var picture = root.querySelector("img"), bytes = Uint8Array.from(atob(picture.src.split(",")[1]), function (c) { return c.charCodeAt(0); });
  var drawing = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml").documentElement;
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", picture.alt);
  drawing.style.cssText = picture.style.cssText;
  picture.replaceWith(drawing);
  var find = function (name) { return root.querySelector("[data-dpo=" + name + "]"); };
  var signed = function (x) { return x.toFixed(2).replace("-0.00", "0.00").replace("-", "−"); };
  var loss = function (m) { return Math.log1p(Math.exp(-Math.abs(m))) + Math.max(0, -m); };
  var values = { Beta: start.Beta, Chosen: start.Chosen, Rejected: start.Rejected };
  var show = function () {
    var m = values.Beta * (values.Chosen - values.Rejected), weight = 1 / (1 + Math.exp(m));
    var verdict = m > 0 ? "the pair is ranked correctly" : m < 0 ? "the pair is ranked incorrectly" : "the two rewards are equal";
    find("margin").textContent = "margin = beta · (gain of chosen − gain of rejected) = " + signed(m) + ": " + verdict;
    find("loss").textContent = "loss = −ln σ(margin) = " + loss(m).toFixed(3);
    find("weight").textContent = "weight of this pair's gradient = σ(−margin) = " + weight.toFixed(3);
    find("push").textContent = "a step raises log π(chosen) and lowers log π(rejected), each with a force of beta · weight = " + (values.Beta * weight).toFixed(4);
    var shown = Math.min(Math.max(m, -4), 4), point = find("point");
    point.setAttribute("cx", (255 + shown * 215 / 4).toFixed(1));
    point.setAttribute("cy", (160 - loss(shown) * 150 / loss(-4)).toFixed(1));
  };
  var sliders = root.querySelector(".dpo-sliders");
  [["Beta", "beta", 0.01, 1, 0.01], ["Chosen", "gain of chosen, in nats", -20, 20, 0.5], ["Rejected", "gain of rejected, in nats", -20, 20, 0.5]].forEach(function (s) {
    var label = document.createElement("label"), name = document.createElement("span"), slider = document.createElement("input"), value = document.createElement("span");
    label.style.cssText = "display:flex;flex-wrap:wrap;gap:8px;align-items:center";
    name.style.minWidth = "14em";
    name.textContent = s[1];
    slider.type = "range"; slider.min = s[2]; slider.max = s[3]; slider.step = s[4]; slider.value = values[s[0]];
    slider.oninput = function () { values[s[0]] = Number(slider.value); value.textContent = signed(values[s[0]]); show(); };
    value.textContent = signed(values[s[0]]);
    [name, slider, value].forEach(function (e) { label.appendChild(e); });
    sliders.appendChild(label);
  });
})
