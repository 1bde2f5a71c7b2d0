package gonbext

import (
	"html/template"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is how loud a box is. It names the box's class in HTML, by which a program finds errors in a saved notebook.
type kind string

const (
	errorBox kind = "dpo-error" // the cell ends here
	noteBox  kind = "dpo-note"  // worth reading
	doneBox  kind = "dpo-done"  // as asked
)

// box is one sentence in colour.
type box struct {
	kind kind
	text string
}

var boxTemplate = template.Must(template.New("box").Parse(
	`<div class="{{.Class}} mathjax_ignore" style="background:{{.Back}};color:#1b1b1b;border-left:5px solid {{.Edge}};padding:8px 12px;margin:4px 0;white-space:pre-wrap">{{.Text}}</div>`))

func (b box) HTML() template.HTML {
	colours := map[kind][2]string{errorBox: {"#fde8e6", "#c62828"}, noteBox: {"#fff6dd", "#e0a100"}, doneBox: {"#e7f4e8", "#2e7d32"}}[b.kind]
	return render(boxTemplate, map[string]any{
		"Class": string(b.kind), "Back": template.CSS(colours[0]), "Edge": template.CSS(colours[1]), "Text": b.text,
	})
}

func (b box) Text() string {
	switch b.kind {
	case errorBox:
		return "Error: " + b.text
	case noteBox:
		return "Note: " + b.text
	default:
		return b.text
	}
}

// doing are the words that errors of dpocore begin with; the cell that shows the error says as much.
var doing = regexp.MustCompile(`^(train|train in rounds|judge answers|evaluate|merge|compare|answer|open the model|read preference pairs): `)

// sentence makes an error, which has lower case and may have several lines, a sentence.
func sentence(err error) string {
	text := strings.TrimSpace(err.Error())
	text = strings.Join(strings.Split(text, "\n"), "; and ")
	for doing.MatchString(text) {
		text = doing.ReplaceAllString(text, "")
	}
	return capital(text) + "."
}

// capital begins a text with a capital, unless its first word is a name or a path.
func capital(text string) string {
	text = strings.TrimRight(text, ".")
	word, _, _ := strings.Cut(text, " ")
	first, size := utf8.DecodeRuneInString(text)
	if strings.ContainsAny(word, `./_\"`) {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}
