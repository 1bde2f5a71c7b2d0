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

// maxRange is the maximum length of a range in a template, as in Jinja's
// sandbox.
const maxRange = 100_000

// newEnvironment returns gonja's environment with the additions of transformers
// and without the tags that read other templates.
func newEnvironment() *exec.Environment {
	context := exec.NewContext(map[string]any{})
	context.Update(builtins.GlobalFunctions).Update(builtins.GlobalVariables)
	context.Set("raise_exception", raiseException)
	context.Set("range", boundedRange)
	context.Set("lipsum", nil) // has unbounded output

	structures := map[string]parser.ControlStructureParser{}
	set := exec.NewControlStructureSet(structures).Update(builtins.ControlStructures)
	for _, name := range []string{"include", "import", "from", "extends", "block"} {
		structures[name] = reject(name)
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

// refusal is the message of a template's raise_exception. It is a panic because
// gonja preserves only the text of a function's error.
type refusal string

func raiseException(_ *exec.Evaluator, params *exec.VarArgs) string {
	message := "no reason given"
	if len(params.Args) > 0 {
		message = params.Args[0].String()
	}
	panic(refusal(message))
}

// strftimeAt returns the function strftime_now of a template that takes a time for the present.
func strftimeAt(present time.Time) func(*exec.Evaluator, *exec.VarArgs) (string, error) {
	return func(_ *exec.Evaluator, params *exec.VarArgs) (string, error) {
		if len(params.Args) != 1 || !params.Args[0].IsString() {
			return "", errors.New("strftime_now takes one format")
		}
		return strftime(present, params.Args[0].String())
	}
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
		return nil, errors.New("range takes stop, or start and stop, or start, stop and a step other than 0")
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

// reject returns the parser of a tag that is not allowed in a chat template.
func reject(tag string) parser.ControlStructureParser {
	return func(*parser.Parser, *parser.Parser) (nodes.ControlStructure, error) {
		return nil, fmt.Errorf("{%% %s %%} is not allowed in a chat template; write out the template instead of including parts", tag)
	}
}

// generation is the block {% generation %}, with which some templates mark the
// assistant's text. It does not change the output.
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
