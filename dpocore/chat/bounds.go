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

// Further bounds of one rendering. What gonja does in one go can't be stopped, so that nothing in a template may do much.
const (
	maxFrames = 5_000     // calls within calls, of Go
	maxHeap   = 512 << 20 // bytes by which the process may grow
)

// stopName is where the context holds the flag that ends a rendering. No template can name it.
const stopName = " stop"

// refuseProducts refuses * and **: gonja repeats a text as often as it is told, and the program ends where memory does.
func refuseProducts(source string) error {
	for stream := tokens.Lex(source, config.New()); !stream.EOF(); stream.Next() {
		if t := stream.Current(); t.Type == tokens.Multiply || t.Type == tokens.Power {
			return fmt.Errorf("line %d: a chat template can't multiply (%s): a text could be repeated without end", t.Line, t.Val)
		}
	}
	return nil
}

// guard stands at the head of each loop's body. It ends a rendering that is to stop, or whose loops call themselves.
type guard struct{ at *tokens.Token }

func (g *guard) Position() *tokens.Token { return g.at }

func (g *guard) String() string { return "guard" }

func (g *guard) Execute(r *exec.Renderer, _ *nodes.ControlStructureBlock) error { return mayGoOn(r) }

func mayGoOn(r *exec.Renderer) error {
	if stop, ok := r.Environment.Context.Get(stopName); ok {
		if reason := stop.(*atomic.Pointer[string]).Load(); reason != nil {
			return errors.New(*reason)
		}
	}
	if runtime.Callers(maxFrames, make([]uintptr, 1)) > 0 {
		return errors.New("its macros or loops call themselves without end")
	}
	return nil
}

// guardedFor parses a loop.
func guardedFor(p, args *parser.Parser) (nodes.ControlStructure, error) {
	parsed, err := builtin("for")(p, args)
	if loop, ok := parsed.(*controlStructures.ForControlStructure); err == nil && ok {
		at := loop.BodyWrapper.Location
		block := &nodes.ControlStructureBlock{Location: at, Name: "guard", ControlStructure: &guard{at}}
		loop.BodyWrapper.Nodes = append([]nodes.Node{block}, loop.BodyWrapper.Nodes...)
	}
	return parsed, err
}

// guardedMacro is a macro that looks, whenever it is called, whether the rendering may go on.
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
		if err := mayGoOn(r); err != nil {
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

// boundedFilter is a filter that takes no large numbers: some fill a text up to as many letters.
func boundedFilter(filter exec.FilterFunction) exec.FilterFunction {
	return func(e *exec.Evaluator, in *exec.Value, params *exec.VarArgs) *exec.Value {
		if err := small(params); err != nil {
			return exec.AsValue(err)
		}
		return filter(e, in, params)
	}
}

// small refuses arguments that are large numbers.
func small(params *exec.VarArgs) error {
	large := func(v *exec.Value) bool { return v.IsNumber() && (v.Float() > maxRange || v.Float() < -maxRange) }
	for _, arg := range params.Args {
		if large(arg) {
			return fmt.Errorf("the argument %s is beyond %d", arg, maxRange)
		}
	}
	for name, arg := range params.KwArgs {
		if large(arg) {
			return fmt.Errorf("the argument %s=%s is beyond %d", name, arg, maxRange)
		}
	}
	return nil
}

// watch sets stop once the process has grown by maxHeap, until done is closed.
func watch(stop *atomic.Pointer[string], done <-chan struct{}) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	begin := heap()
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		select {
		case <-done:
			tick.Stop()
			return
		case <-tick.C:
			if now := heap(); now > begin+maxHeap {
				reason := fmt.Sprintf("it takes more than %d MiB of memory", maxHeap>>20)
				stop.CompareAndSwap(nil, &reason)
			}
		}
	}
}
