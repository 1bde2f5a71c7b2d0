(function (root, data) {
  "use strict";
  if (!root || !data.pairs.length) return;
  var sum = function (list) { return list.reduce(function (a, b) { return a + b; }, 0); };
  var last = data.steps.length - 1, step = last, at = 0, pairs = data.pairs.slice();
  var gain = function (answer, s) { return sum(answer.after[s]) - sum(answer.before); };
  var margin = function (p) { return gain(p.answers[0], last) - gain(p.answers[1], last); };
  var orders = [
    ["margin, lowest first", margin],
    ["margin, highest first", function (p) { return -margin(p); }],
    ["most changed first", function (p) { return -Math.abs(gain(p.answers[0], last)) - Math.abs(gain(p.answers[1], last)); }],
    ["most surprising chosen answer first", function (p) { var a = p.answers[0]; return sum(a.after[last]) / Math.max(1, a.tokens.length); }]
  ];
  var signed = function (x, digits) { return (x < 0 ? "" : "+") + x.toFixed(digits); };
  var element = function (tag, style, text) {
    var made = document.createElement(tag);
    made.style.cssText = style || "";
    if (text !== undefined) made.textContent = text;
    return made;
  };
  var mix = function (colour, part) {
    return "rgb(" + colour.map(function (c) { return Math.round(255 + Math.min(1, part) * (c - 255)); }).join(",") + ")";
  };
  var visible = function (text) { return text === "" ? "▯" : text === "\n" ? "⏎\n" : text; };
  var scale = function (p) {
    return p.answers.reduce(function (largest, a) {
      return a.after.reduce(function (largest, list) {
        return list.reduce(function (largest, x, i) { return Math.max(largest, Math.abs(x - a.before[i])); }, largest);
      }, largest);
    }, 0.5);
  };

  var view = root.querySelector(".dpo-static");
  var bar = element("div", "display:flex;flex-wrap:wrap;gap:10px;align-items:center;margin-bottom:6px");
  var order = element("select"), back = element("button", "", "‹ pair"), on = element("button", "", "pair ›");
  var place = element("span"), slider = element("input"), shown = element("span");
  orders.forEach(function (o, i) { var option = element("option", "", o[0]); option.value = i; order.appendChild(option); });
  slider.type = "range"; slider.min = 0; slider.max = last; slider.value = last;
  [element("label", "", "order:"), order, back, place, on, element("label", "", "checkpoint:"), slider, shown].forEach(function (e) { bar.appendChild(e); });
  root.insertBefore(bar, view);
  if (last < 1) { slider.disabled = true; }

  function cell(answer, after, widest) {
    var box = element("td", "vertical-align:top;text-align:left;white-space:pre-wrap;line-height:1.7");
    answer.tokens.forEach(function (text, i) {
      var reference = answer.before[i], policy = answer.after[step][i], ratio = policy - reference;
      var back = after ? mix(ratio < 0 ? [224, 128, 64] : [80, 160, 208], Math.abs(ratio) / widest) : mix([160, 160, 160], -reference / 8);
      var token = element("span", "background-color:" + back, visible(text));
      token.title = "log π_ref " + reference.toFixed(3) + ", log π " + policy.toFixed(3) + ", log-ratio " + signed(ratio, 3);
      box.appendChild(token);
    });
    box.appendChild(document.createTextNode("\n"));
    box.appendChild(element("b", "", after ? "log π = " + sum(answer.after[step]).toFixed(2) + ", gain " + signed(gain(answer, step), 2) : "log π_ref = " + sum(answer.before).toFixed(2)));
    return box;
  }

  function draw() {
    var p = pairs[at], widest = scale(p), now = gain(p.answers[0], step) - gain(p.answers[1], step);
    view.textContent = "";
    view.appendChild(element("div", "color:#777777", p.where));
    view.appendChild(element("div", "white-space:pre-wrap;margin:4px 0;font-weight:bold", p.prompt));
    var table = element("table", "table-layout:fixed;width:100%;text-align:left;color:#1b1b1b"), head = element("tr");
    var after = data.steps[step] ? "after step " + data.steps[step] : "after training";
    ["", "before training", after].forEach(function (t, i) { head.appendChild(element("th", "text-align:left" + (i ? "" : ";width:6em"), t)); });
    table.appendChild(head);
    p.answers.forEach(function (answer, side) {
      var row = element("tr", "background-color:#ffffff");
      row.appendChild(element("td", "vertical-align:top;text-align:left", side ? "rejected" : "chosen"));
      row.appendChild(cell(answer, false, widest));
      row.appendChild(cell(answer, true, widest));
      table.appendChild(row);
    });
    view.appendChild(table);
    view.appendChild(element("div", "", "margin " + signed(now, 2) + " nats, times beta " + data.beta + " is " + signed(data.beta * now, 3) + ": ranked " + (now > 0 ? "correctly" : "incorrectly")));
    place.textContent = (at + 1) + " of " + pairs.length;
    shown.textContent = after;
  }

  function sort() {
    var key = orders[order.value][1];
    pairs.sort(function (a, b) { return key(a) - key(b); });
    at = 0;
    draw();
  }
  order.onchange = sort;
  back.onclick = function () { at = (at + pairs.length - 1) % pairs.length; draw(); };
  on.onclick = function () { at = (at + 1) % pairs.length; draw(); };
  slider.oninput = function () { step = +slider.value; draw(); };
  order.value = 0;
  sort();
})
