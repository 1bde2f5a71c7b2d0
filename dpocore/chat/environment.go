package chat

import (
	"errors"
	"fmt"
	"time"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

// maxRange is the longest range a template may count through, as in Jinja's
// own sandbox.
const maxRange = 100_000

// newEnvironment is gonja's with what transformers adds, and without what
// reads other templates.
func newEnvironment() *exec.Environment {
	context := exec.NewContext(map[string]any{})
	context.Update(builtins.GlobalFunctions).Update(builtins.GlobalVariables)
	context.Set("raise_exception", raiseException)
	context.Set("strftime_now", strftimeNow)
	context.Set("range", boundedRange)
	context.Set("lipsum", nil) // writes as much as it is told

	structures := map[string]parser.ControlStructureParser{}
	set := exec.NewControlStructureSet(structures).Update(builtins.ControlStructures)
	for _, name := range []string{"include", "import", "from", "extends", "block"} {
		structures[name] = refuse(name)
	}
	structures["for"], structures["macro"] = guardedFor, parseMacro
	structures["generation"] = parseGeneration

	filters := map[string]exec.FilterFunction{}
	filterSet := exec.NewFilterSet(filters).Update(builtins.Filters)
	filters["tojson"] = toJSON
	for name, filter := range filters {
		filters[name] = boundedFilter(filter)
	}

	return &exec.Environment{
		Context:           context,
		Filters:           filterSet,
		Tests:             builtins.Tests,
		ControlStructures: set,
		Methods:           newMethods(),
	}
}

// A refusal is what a template itself objects to. It ends the rendering as a
// panic, since gonja keeps no more than the text of a function's error.
type refusal string

func raiseException(_ *exec.Evaluator, params *exec.VarArgs) string {
	message := "no reason given"
	if len(params.Args) > 0 {
		message = params.Args[0].String()
	}
	panic(refusal(message))
}

func strftimeNow(_ *exec.Evaluator, params *exec.VarArgs) (string, error) {
	if len(params.Args) != 1 || !params.Args[0].IsString() {
		return "", errors.New("strftime_now takes one format")
	}
	return strftime(time.Now(), params.Args[0].String())
}

func boundedRange(_ *exec.Evaluator, params *exec.VarArgs) ([]int, error) {
	bounds := []int{}
	for _, arg := range params.Args {
		if !arg.IsInteger() {
			return nil, errors.New("range takes integers")
		}
		bounds = append(bounds, arg.Integer())
	}
	start, stop, step := 0, 0, 1
	switch len(bounds) {
	case 1:
		stop = bounds[0]
	case 2:
		start, stop = bounds[0], bounds[1]
	case 3:
		start, stop, step = bounds[0], bounds[1], bounds[2]
	}
	if len(bounds) < 1 || len(bounds) > 3 || step == 0 {
		return nil, errors.New("range takes a stop, a start and a stop, or these and a step other than 0")
	}
	numbers := []int{}
	for n := start; step > 0 && n < stop || step < 0 && n > stop; n += step {
		if len(numbers) == maxRange {
			return nil, fmt.Errorf("range is longer than %d", maxRange)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// refuse returns the parser of a tag that a chat template may not use.
func refuse(tag string) parser.ControlStructureParser {
	return func(*parser.Parser, *parser.Parser) (nodes.ControlStructure, error) {
		return nil, fmt.Errorf("a chat template can't use {%% %s %%}: it may not read other templates, or parts of itself", tag)
	}
}

// A generation is the block {% generation %} with which some templates mark
// the assistant's words. It changes nothing in the text.
type generation struct {
	body *nodes.Wrapper
}

func parseGeneration(p, _ *parser.Parser) (nodes.ControlStructure, error) {
	body, _, err := p.WrapUntil("endgeneration")
	return &generation{body}, err
}

func (g *generation) Position() *tokens.Token { return g.body.Position() }

func (g *generation) String() string { return "generation" }

func (g *generation) Execute(r *exec.Renderer, _ *nodes.ControlStructureBlock) error {
	return r.ExecuteWrapper(g.body)
}
