package sweep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/internal/lines"
	"example.com/gonb-dpo/internal/wording"
)

// ordersFile is beside sweep.json: what was ordered while the sweep went, a line for each order. A process that trains the sweep reads
// it after each step, and every later one at its start.
const ordersFile = "orders.jsonl"

// What an [Order] does with its run.
const (
	Halt   = "stop"   // keep its checkpoint and continue with the next run
	Resume = "resume" // take a stopped run up again
	Extend = "extend" // give it more steps
	Branch = "fork"   // add a run that continues from its checkpoint with other settings
)

// Order changes a run of a sweep.
type Order struct {
	Do    string         `json:"do"`
	Run   string         `json:"run"`              // the name of the run; of a fork, that of the new one
	Steps int            `json:"steps,omitempty"`  // with Extend, the number of steps of the run
	From  string         `json:"from,omitempty"`   // of a fork, the run it continues
	Fork  *config.Config `json:"config,omitempty"` // of a fork, its settings
}

// Give appends an order to those of the sweep in a folder.
func (o Order) Give(dir string) error {
	file, err := lines.Open(filepath.Join(dir, ordersFile), nil)
	if err != nil {
		return err
	}
	return errors.Join(file.Add(o), file.Close())
}

// ReadOrders reads the orders of the sweep in a folder, of which there may be none.
func ReadOrders(dir string) (orders []Order, err error) {
	path := filepath.Join(dir, ordersFile)
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the orders of the sweep: %w", err)
	}
	for number := 1; ; number++ {
		line, rest, ended := bytes.Cut(content, []byte("\n"))
		if !ended { // being written, or cut off by a crash before it was saved
			return orders, nil
		}
		var order Order
		if err := json.Unmarshal(line, &order); err != nil {
			return nil, fmt.Errorf("read %s, line %d: %w; remove the line", path, number, err)
		}
		if !slices.Contains([]string{Halt, Resume, Extend, Branch}, order.Do) {
			return nil, fmt.Errorf("read %s, line %d: unknown order %q; remove the line", path, number, order.Do)
		}
		if order.Run != filepath.Base(order.Run) || order.Run == ".." { // it is a folder of the sweep
			return nil, fmt.Errorf("read %s, line %d: %q is no name of a run; remove the line", path, number, order.Run)
		}
		orders, content = append(orders, order), rest
	}
}

// Halted reports whether a run is stopped by an order.
func (g Grid) Halted(run string) bool {
	halted := false
	for _, order := range g.Orders {
		if order.Run == run && (order.Do == Halt || order.Do == Resume || order.Do == Extend) {
			halted = order.Do == Halt
		}
	}
	return halted
}

// ExtendedNote is a sentence on the runs among those named that were extended, since they are compared with runs of fewer steps; "" for none.
func (g Grid) ExtendedNote(runs []string) string {
	var extended []string
	before := g
	before.Orders = nil
	steps := map[string]int{}
	for _, p := range before.Points() {
		steps[p.Name] = p.Config.MaxSteps
	}
	for _, p := range g.Points() {
		if was, ok := steps[p.Name]; ok && p.Config.MaxSteps > was && slices.Contains(runs, p.Name) {
			extended = append(extended, fmt.Sprintf("%s has %d steps", p.Name, p.Config.MaxSteps))
		}
	}
	if len(extended) == 0 {
		return ""
	}
	return " By order " + wording.And(extended) + ", more than the others."
}

// ordered applies the orders to the runs of a grid: extended ones have more steps, and forks come last.
func (g Grid) ordered(points []Point) []Point {
	for _, order := range g.Orders {
		at := slices.IndexFunc(points, func(p Point) bool { return p.Name == order.Run })
		switch {
		case order.Do == Extend && at >= 0:
			points[at].Config.MaxSteps = max(points[at].Config.MaxSteps, order.Steps)
		case order.Do == Branch && at < 0 && order.Fork != nil:
			points = append(points, Point{Name: order.Run, Setting: order.Run, Config: *order.Fork})
		}
	}
	return points
}
