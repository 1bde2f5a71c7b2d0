package metrics

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
)

// filled returns a row in which every number is different.
func filled[R any]() R {
	var r R
	fill(reflect.ValueOf(&r).Elem(), new(int))
	return r
}

// fill sets the numbers of a struct and of those embedded in it; count is how many are set.
func fill(value reflect.Value, count *int) {
	for i := range value.NumField() {
		switch field := value.Field(i); {
		case field.Kind() == reflect.Struct:
			fill(field, count)
		case field.CanInt():
			field.SetInt(int64(*count + 3))
		case field.CanFloat():
			field.SetFloat(float64(*count) - 1.0/3)
		}
		*count++
	}
}

func TestNamesAreTRLs(t *testing.T) {
	want := "step seconds epoch loss grad_norm learning_rate rewards/chosen rewards/rejected rewards/accuracies " +
		"rewards/margins logps/chosen logps/rejected logits/chosen logits/rejected num_tokens " +
		"eval_loss eval_rewards/chosen eval_rewards/rejected eval_rewards/accuracies eval_rewards/margins " +
		"eval_logps/chosen eval_logps/rejected eval_runtime"
	if got := strings.Join(Names(), " "); got != want {
		t.Errorf("names\n%s\nwant\n%s", got, want)
	}
}

func TestRowsRoundTrip(t *testing.T) {
	event, evaluation := filled[Event](), filled[Evaluation]()
	event.Objectives = []Objective{{"hh-rlhf/helpful-base", 3, 0.5, 2.0 / 3, -0.25}, {"mine \"é\"", 1, 0.75, 0, 0}}
	evaluation.Objectives = []Objective{{"safe", 20, 0.5, 0.85, 0.1}}
	for _, c := range []struct{ row, decoded any }{{event, new(Event)}, {evaluation, new(Evaluation)}} {
		text, err := json.Marshal(c.row)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, c.decoded); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := reflect.ValueOf(c.decoded).Elem().Interface(); !reflect.DeepEqual(got, c.row) {
			t.Errorf("decoded\n%+v\nwant\n%+v", got, c.row)
		}
	}
}

func TestNonFiniteIsNull(t *testing.T) {
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		text, err := json.Marshal(Event{Step: 1, PairMeans: PairMeans{Loss: x}})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), `"loss":null`) {
			t.Errorf("%g was written as %s", x, text)
		}
		var decoded Event
		if err := json.Unmarshal(text, &decoded); err != nil {
			t.Fatal(err)
		}
		if !math.IsNaN(decoded.Loss) || decoded.Epoch != 0 {
			t.Errorf("loss %g was decoded as %g, epoch 0 as %g", x, decoded.Loss, decoded.Epoch)
		}
	}
}

func TestDecodeRow(t *testing.T) {
	for _, c := range []struct {
		name, text, wantErr string // without wantErr, the row must have step 3, loss 0.5, 17 tokens
	}{
		{"written by TRL, with a float count and an unknown key", `{"step": 3, "loss": 0.5, "num_tokens": 17.0, "entropy": 2.3}`, ""},
		{"not JSON", `{"step": 3, "loss": 0.5`, "unexpected end"},
		{"an array", `[3]`, "cannot unmarshal array"},
		{"no step", `{"loss": 0.5}`, `field "step" is missing`},
		{"a string in place of a number", `{"step": 3, "loss": "low"}`, `field "loss": "low" is not a number`},
		{"a fractional step", `{"step": 3.5}`, `field "step": 3.5 is not a whole number`},
		{"negative tokens", `{"step": 3, "num_tokens": -1}`, `field "num_tokens": -1 is not a whole number`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e Event
			err := e.UnmarshalJSON([]byte(c.text))
			if c.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), c.wantErr) {
					t.Fatalf("error %v, want one with %q", err, c.wantErr)
				}
				return
			}
			if err != nil || e.Step != 3 || e.Loss != 0.5 || e.NumTokens != 17 || !math.IsNaN(e.GradNorm) {
				t.Fatalf("got %+v, error %v", e, err)
			}
		})
	}
}
