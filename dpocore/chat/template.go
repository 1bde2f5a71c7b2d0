package chat

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"

	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/tokenizer"
)

// Limits of one rendering. Templates are untrusted: they come with models from the
// internet.
const (
	maxTime   = 10 * time.Second
	maxOutput = 64 << 20 // bytes
)

// template is a compiled chat template. It can't read files.
type template struct {
	source   string
	compiled *exec.Template
	names    map[string]any // bos_token, eos_token, …
	clock    clock

	maxTime   time.Duration
	maxOutput int
}

// rootName is the template's name in gonja's loader.
const rootName = "/chat_template.jinja"

// compile parses a Jinja template with the whitespace settings of transformers.
func compile(source string, names tokenizer.Names) (t *template, err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("gonja can't parse it: %s", panicText(failure))
		}
	}()
	trimmed := trimBlocks(source)
	if err := rejectProducts(trimmed); err != nil {
		return nil, err
	}
	loader, err := loaders.NewMemoryLoader(map[string]string{rootName: trimmed})
	if err != nil {
		return nil, err
	}
	compiled, err := exec.NewTemplate(rootName, config.New(), loader, newEnvironment())
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), fmt.Sprintf("failed to parse template '%s': ", trimmed)))
	}
	t = &template{source: source, compiled: compiled, names: map[string]any{}, clock: clock{at: time.Now()}, maxTime: maxTime, maxOutput: maxOutput}
	for name, token := range map[string]string{"bos_token": names.BOS, "eos_token": names.EOS, "unk_token": names.Unknown, "pad_token": names.Pad} {
		if token != "" {
			t.names[name] = token
		}
	}
	return t, nil
}

// render formats turns with the template.
func (t *template) render(turns []preference.Turn, addGenerationPrompt bool) (string, error) {
	messages := make(list, len(turns))
	for i, turn := range turns {
		messages[i] = map[string]any{"role": turn.Role, "content": turn.Content}
	}
	data := exec.NewContext(map[string]any{
		"messages":              messages,
		"add_generation_prompt": addGenerationPrompt,
		"tools":                 nil,
		"documents":             nil,
		"strftime_now":          strftimeAt(t.clock.at),
	})
	if date, defined := t.clock.variable(t.source); defined {
		data.Set("date_string", date)
	}
	for name, token := range t.names {
		data.Set(name, token)
	}
	out := &output{limit: t.maxOutput}
	data.Set(stopName, &out.stop)
	done, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		done <- t.execute(out, data)
	}()
	go watch(&out.stop, ended)
	timer := time.NewTimer(t.maxTime)
	defer timer.Stop()
	select {
	case err := <-done:
		if err != nil {
			return "", err
		}
		return out.text.String(), nil
	case <-timer.C:
		reason := fmt.Sprintf("the chat template ran for more than %v; it may be in an endless loop", t.maxTime)
		out.stop.CompareAndSwap(nil, &reason)
		return "", errors.New(reason)
	}
}

// execute runs the template and converts panics to errors: a refusal by the
// template, or a failure inside gonja.
func (t *template) execute(out *output, data *exec.Context) (err error) {
	defer func() {
		switch failure := recover().(type) {
		case nil:
		case refusal:
			err = fmt.Errorf("%w: %s", ErrRejected, failure)
		default:
			err = fmt.Errorf("render the chat template: gonja failed: %s", panicText(failure))
		}
	}()
	if err := t.compiled.Execute(out, data); err != nil {
		return fmt.Errorf("render the chat template: %w", err)
	}
	return nil
}

// panicText describes a panic inside gonja to the user.
func panicText(failure any) string {
	if _, ok := failure.(runtime.Error); ok {
		return "the template is damaged or uses a feature that gonja does not support"
	}
	return fmt.Sprint(failure)
}

// output collects what a template writes, up to a limit.
type output struct {
	text  strings.Builder
	limit int                    // bytes
	stop  atomic.Pointer[string] // set to the reason when the rendering must end
}

func (o *output) Write(data []byte) (int, error) {
	if o.text.Len()+len(data) > o.limit {
		return 0, fmt.Errorf("it wrote more than %d bytes", o.limit)
	}
	if reason := o.stop.Load(); reason != nil {
		return 0, errors.New(*reason)
	}
	return o.text.Write(data)
}
