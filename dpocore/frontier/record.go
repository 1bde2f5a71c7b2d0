package frontier

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/dpocore/config"
	"example.com/gonb-dpo/dpocore/dataset"
	"example.com/gonb-dpo/dpocore/evaluation/statistics"
	"example.com/gonb-dpo/dpocore/loss"
	"example.com/gonb-dpo/dpocore/preference"
	"example.com/gonb-dpo/dpocore/run"
	"example.com/gonb-dpo/internal/atomicfile"
	"example.com/gonb-dpo/internal/wording"
)

const recordFile = "frontier.json"

// Record is frontier.json.
type Record struct {
	Judge  string  `json:"judge"`
	Base   Point   `json:"base"` // the model alone
	Points []Point `json:"points"`

	Identity identity `json:"identity"`
	known    []Point  // of an earlier call
}

// identity is what all methods have in common; another frontier needs another folder.
type identity struct {
	Config  Config `json:"config"` // without the methods
	Weights string `json:"weights_sha256"`
	Pairs   string `json:"pairs_sha256"`
	HeldOut string `json:"held_out_sha256"`
}

// Point is a method's result. Intervals are for other prompts; a method was trained once.
type Point struct {
	Method
	Adapter  string              `json:"adapter_sha256,omitempty"`
	Score    statistics.Estimate `json:"score"`              // of its answers, by the judge
	Change   statistics.Estimate `json:"change"`             // of the score, from the model alone
	KL       statistics.Estimate `json:"kl"`                 // from the model alone, in nats per answer, on its own answers
	Accuracy statistics.Estimate `json:"accuracy"`           // on held-out pairs in the judge's order
	Tokens   float64             `json:"answer_tokens"`      // mean length of an answer
	Ended    float64             `json:"ended"`              // share of answers that ended before the maximum length
	Unscored int                 `json:"unscored,omitempty"` // answers without a score, such as empty ones, which the mean leaves out
}

// names are the names of losses for readers, where these are not those of the settings.
var names = map[string]string{"sigmoid": "DPO", "ipo": "IPO", "simpo": "SimPO"}

// Name is the method with its beta, for readers.
func (p Point) Name() string {
	switch p.Loss {
	case "":
		return "the model alone"
	case loss.SFTName:
		return "SFT on the chosen answers"
	}
	return fmt.Sprintf("%s, beta %g", cmp.Or(names[p.Loss], p.Loss), p.Beta)
}

// Summary says which methods raised the score by more than chance, and what the figures mean.
func (r Record) Summary() string {
	var raised []string
	for _, p := range r.Points {
		if p.Change.Above(0) {
			raised = append(raised, p.Name())
		}
	}
	text := fmt.Sprintf("No method raised the score of %s by more than chance.", r.Judge)
	if len(raised) > 0 {
		text = fmt.Sprintf("The score of %s was raised by more than chance (95 %%) by: %s.", r.Judge, strings.Join(raised, "; "))
	}
	for _, p := range append([]Point{r.Base}, r.Points...) {
		if p.Unscored > 0 {
			text += fmt.Sprintf(" The mean of %s leaves out %s without a score.", p.Name(), wording.Count(p.Unscored, "answer"))
		}
	}
	return text + " KL is measured on a method's own answers. Intervals are for other prompts; each method was trained once, so another seed may differ by more."
}

// Columns are the headings of [Record.Table].
var Columns = []string{"method", "score", "95 % interval", "KL (nats per answer)", "held-out accuracy", "answer length (tokens)", "ended"}

// Table returns a row for the model alone and for each method, in the order of the methods.
func (r Record) Table() (rows [][]string) {
	for _, p := range append([]Point{r.Base}, r.Points...) {
		accuracy := wording.Percent(p.Accuracy.Value)
		if p.Loss == "" {
			accuracy = ""
		}
		rows = append(rows, []string{p.Name(), fmt.Sprintf("%.2f", p.Score.Value), fmt.Sprintf("%.2f to %.2f", p.Score.Low, p.Score.High),
			fmt.Sprintf("%.2f", p.KL.Value), accuracy, fmt.Sprintf("%.0f", p.Tokens), wording.Percent(p.Ended)})
	}
	return rows
}

// Read reads frontier.json of a folder; exists is false if there is none.
func Read(dir string) (record Record, exists bool, err error) {
	if exists, err = atomicfile.ReadJSON(filepath.Join(dir, recordFile), &record); err != nil {
		return record, false, fmt.Errorf("%w; repair it, or choose another folder", err)
	}
	return record, exists, nil
}

// openRecord begins the record, with what an earlier call has measured; it refuses a folder with another frontier or other files.
func (r *runner) openRecord(existing Record, exists bool) error {
	weights, err := r.model.WeightsHash()
	if err != nil {
		return err
	}
	c := r.config
	c.Methods = nil
	r.record = Record{Judge: r.judge.Name(), Identity: identity{c, weights, hashOf(r.data.Train), hashOf(r.data.HeldOut)}}
	if !exists {
		entries, err := os.ReadDir(r.dir)
		for _, entry := range entries {
			if entry.Name() != run.LockFile {
				return fmt.Errorf("%s is not empty (it has %s) and has no frontier; choose another folder", r.dir, entry.Name())
			}
		}
		return errors.Join(err, r.record.write(r.dir))
	}
	if difference := r.record.differs(existing, len(r.data.Train.Pairs)); difference != "" {
		return fmt.Errorf("%s has another frontier: %s; choose another folder", r.dir, difference)
	}
	r.record.known = existing.Points
	return nil
}

// differs returns how an earlier frontier on a number of training pairs differs, or "".
func (r Record) differs(earlier Record, pairs int) string {
	mine, its := r.Identity.Config, earlier.Identity.Config
	switch {
	case r.Judge != earlier.Judge:
		return fmt.Sprintf("its judge is %s, this one's is %s", earlier.Judge, r.Judge)
	case r.Identity.Weights != earlier.Identity.Weights:
		return "its model has other weights"
	case r.Identity.Pairs != earlier.Identity.Pairs:
		return "it has other training pairs"
	case r.Identity.HeldOut != earlier.Identity.HeldOut:
		return "it has other held-out pairs"
	case mine.Prompts != its.Prompts || mine.Samples != its.Samples || mine.MaxTokens != its.MaxTokens:
		return fmt.Sprintf("it has %s, this one has %s", its.asked(), mine.asked())
	}
	return config.Difference(mine.Train.Resolve(pairs), its.Train.Resolve(pairs))
}

// asked says which answers are sampled.
func (c Config) asked() string {
	return fmt.Sprintf("%d answers of at most %d tokens to each of %d prompts", c.Samples, c.MaxTokens, c.Prompts)
}

// hashOf identifies the texts of pairs.
func hashOf(set *preference.Set) string {
	var all []byte
	for _, pair := range set.Each() {
		all = fmt.Appendf(all, "%q", []string{pair.PromptText(), pair.Chosen, pair.Rejected})
	}
	return dataset.SHA256(all)
}

func (r Record) write(dir string) error {
	return atomicfile.WriteJSON(filepath.Join(dir, recordFile), r)
}
