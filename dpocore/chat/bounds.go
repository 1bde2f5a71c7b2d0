package chat

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"time"

	"github.com/nikolalohinski/gonja/v2/builtins"
	controlStructures "github.com/nikolalohinski/gonja/v2/builtins/control_structures"
	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

// Further limits of one rendering. A single operation of gonja can't be interrupted, so none may be expensive.
const (
	maxFrames = 5_000     // depth of the Go call stack
	maxHeap   = 512 << 20 // growth of the process's heap in bytes
)

// stopName is the context variable with the flag that ends a rendering. A template can't refer to a name with a space.
const stopName = " stop"

// rejectProducts returns an error if the template contains * or **: gonja would repeat a string any number of times and
// exhaust the memory.
func rejectProducts(source string) error {
	for stream := tokens.Lex(source, config.New()); !stream.EOF(); stream.Next() {
		if t := stream.Current(); t.Type == tokens.Multiply || t.Type == tokens.Power {
			return fmt.Errorf("line %d: %s is not allowed in a chat template, because it can repeat a text until memory runs out", t.Line, t.Val)
		}
	}
	return nil
}

// guard is inserted at the start of each loop's body. It ends a rendering that must stop or whose recursion is too deep.
type guard struct{ at *tokens.Token }

func (g *guard) Position() *tokens.Token { return g.at }

func (g *guard) String() string { return "guard" }

func (g *guard) Execute(r *exec.Renderer, _ *nodes.ControlStructureBlock) error {
	return checkLimits(r)
}

// checkLimits returns an error if the rendering must stop or its recursion is too deep.
func checkLimits(r *exec.Renderer) error {
	if stop, ok := r.Environment.Context.Get(stopName); ok {
		if reason := stop.(*atomic.Pointer[string]).Load(); reason != nil {
			return errors.New(*reason)
		}
	}
	if runtime.Callers(maxFrames, make([]uintptr, 1)) > 0 {
		return errors.New("its macros or loops recurse too deeply")
	}
	return nil
}

// guardedFor parses a loop and inserts a guard.
func guardedFor(p, args *parser.Parser) (nodes.ControlStructure, error) {
	parsed, err := builtin("for")(p, args)
	if loop, ok := parsed.(*controlStructures.ForControlStructure); err == nil && ok {
		at := loop.BodyWrapper.Location
		block := &nodes.ControlStructureBlock{Location: at, Name: "guard", ControlStructure: &guard{at}}
		loop.BodyWrapper.Nodes = append([]nodes.Node{block}, loop.BodyWrapper.Nodes...)
	}
	return parsed, err
}

// guardedMacro is a macro that checks the limits at every call.
type guardedMacro struct {
	*controlStructures.MacroControlStructure
}

func (m guardedMacro) Execute(r *exec.Renderer, block *nodes.ControlStructureBlock) error {
	if err := m.MacroControlStructure.Execute(r, block); err != nil {
		return err
	}
	defined, _ := r.Environment.Context.Get(m.Name)
	call, ok := defined.(exec.Macro)
	if !ok {
		return fmt.Errorf("the macro %s can't be called", m.Name)
	}
	r.Environment.Context.Set(m.Name, exec.Macro(func(params *exec.VarArgs) *exec.Value {
		if err := checkLimits(r); err != nil {
			return exec.AsValue(err)
		}
		return call(params)
	}))
	return nil
}

func parseMacro(p, args *parser.Parser) (nodes.ControlStructure, error) {
	parsed, err := builtin("macro")(p, args)
	if macro, ok := parsed.(*controlStructures.MacroControlStructure); err == nil && ok {
		return guardedMacro{macro}, nil
	}
	return parsed, err
}

func builtin(tag string) parser.ControlStructureParser {
	parse, _ := builtins.ControlStructures.Get(tag)
	return parse
}

// boundedFilter wraps a filter to reject large numbers as arguments, because some filters pad a text to a given length.
func boundedFilter(filter exec.FilterFunction) exec.FilterFunction {
	return func(e *exec.Evaluator, in *exec.Value, params *exec.VarArgs) *exec.Value {
		if err := checkArguments(params); err != nil {
			return exec.AsValue(err)
		}
		return filter(e, in, params)
	}
}

// checkArguments returns an error if an argument is a large number.
func checkArguments(params *exec.VarArgs) error {
	large := func(v *exec.Value) bool { return v.IsNumber() && (v.Float() > maxRange || v.Float() < -maxRange) }
	for _, arg := range params.Args {
		if large(arg) {
			return fmt.Errorf("the argument %s exceeds %d", arg, maxRange)
		}
	}
	for name, arg := range params.KwArgs {
		if large(arg) {
			return fmt.Errorf("the argument %s=%s exceeds %d", name, arg, maxRange)
		}
	}
	return nil
}

// watch sets stop when the heap has grown by maxHeap. It returns when done is closed.
func watch(stop *atomic.Pointer[string], done <-chan struct{}) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	start := heap()
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		select {
		case <-done:
			tick.Stop()
			return
		case <-tick.C:
			if now := heap(); now > start+maxHeap {
				reason := fmt.Sprintf("it needs more than %d MiB of memory", maxHeap>>20)
				stop.CompareAndSwap(nil, &reason)
			}
		}
	}
}
