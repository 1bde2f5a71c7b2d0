package configfile

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
	"example.com/gonb-dpo/dpocore/decoder/rotary"
	"example.com/gonb-dpo/internal/wording"
)

// DefaultTheta is the rope_theta of files that name none, as in transformers, unless the family has another.
const DefaultTheta = 10000

// rope is a model's rotary positions as config.json has them.
type rope struct {
	theta   float64
	partial float64 // how much of each head is rotated
	scaling rotary.Scaling
}

// ropeFields is the object rope_parameters, or rope_scaling in files from before transformers 5.
type ropeFields struct {
	Theta   float64  `json:"rope_theta"`
	OldType string   `json:"type"` // of rope_type
	Partial *float64 `json:"partial_rotary_factor"`
	rotary.Scaling

	// Of families whose kinds of attention have different rotary positions; the other kind's are read by the family.
	Full    *ropeFields     `json:"full_attention"`
	Sliding json.RawMessage `json:"sliding_attention"`

	Finetuned any `json:"finetuned"` // changes nothing
}

// UnmarshalJSON refuses fields that this program does not know, because they may change the positions.
func (r *ropeFields) UnmarshalJSON(raw []byte) error {
	type plain ropeFields
	if err := json.Unmarshal(raw, (*plain)(r)); err != nil || string(raw) == "null" {
		return err
	}
	return family.RefuseUnknown(raw, "of rotary positions", func(string) bool { return true }, ropeFields{})
}

// scaled returns the scaling of one of the two objects; r is nil if the file does not have it.
func (r *ropeFields) scaled(field string) (s rotary.Scaling, err error) {
	if r == nil {
		return s, nil
	}
	s = r.Scaling
	switch {
	case s.Type == "":
		s.Type = r.OldType
	case r.OldType != "" && r.OldType != s.Type:
		return s, fmt.Errorf("%s has the type %q and the rope_type %q; remove one of them", field, r.OldType, s.Type)
	}
	if s.Type == "su" { // longrope's first name
		s.Type = rotary.Long
	}
	switch {
	case s.Type == "" || s.Type == "default":
		return rotary.Scaling{}, nil
	case !slices.Contains(rotary.Kinds, s.Type):
		return s, fmt.Errorf("rope_type in %s is %q; this program knows \"default\", %s", field, s.Type, wording.And(quoted(rotary.Kinds)))
	case reflect.DeepEqual(s, rotary.Scaling{Type: rotary.Llama3}):
		return s, fmt.Errorf("%s has no factor, low_freq_factor, high_freq_factor and original_max_position_embeddings", field)
	}
	return s, nil
}

func quoted(names []string) (list []string) {
	for _, name := range names {
		list = append(list, fmt.Sprintf("%q", name))
	}
	return list
}

// rope reads the rotary positions from wherever the file has them.
func (f fileConfig) rope(of family.Family) (r rope, err error) {
	parameters := f.RopeParameters
	if parameters != nil && (parameters.Full != nil || parameters.Sliding != nil) {
		if !of.RopePerKind || parameters.Full == nil {
			return r, fmt.Errorf("rope_parameters has rotary positions for kinds of attention; this program knows that form in models of other types only")
		}
		parameters = parameters.Full
	}
	older, err := f.RopeScaling.scaled("rope_scaling")
	if err != nil {
		return r, err
	}
	r.scaling, err = parameters.scaled("rope_parameters")
	switch {
	case err != nil:
		return r, err
	case parameters == nil:
		r.scaling = older
	case f.RopeScaling != nil && !reflect.DeepEqual(older, r.scaling):
		return r, fmt.Errorf("rope_scaling and rope_parameters differ; remove one of them")
	}
	if s := &r.scaling; s.OriginalMaxPositions == 0 && (s.Type == rotary.Yarn || s.Type == rotary.Long) {
		s.OriginalMaxPositions = f.MaxPositions
	}
	r.theta, r.partial = f.RopeTheta, 0
	if f.Partial != nil {
		r.partial = *f.Partial
	}
	for _, object := range []*ropeFields{parameters, f.RopeScaling} {
		if object == nil {
			continue
		}
		if err := agree("rope_theta", &r.theta, object.Theta); err != nil {
			return r, err
		}
		if object.Partial != nil {
			if err := agree("partial_rotary_factor", &r.partial, *object.Partial); err != nil {
				return r, err
			}
		}
	}
	return r, r.complete(of)
}

// agree sets a value that the file has in one of several places, which must not differ.
func agree(name string, value *float64, other float64) error {
	if *value != 0 && other != 0 && *value != other {
		return fmt.Errorf("%s is %g in one place and %g in another; remove one of them", name, *value, other)
	}
	if other != 0 {
		*value = other
	}
	return nil
}

// complete fills in what the file leaves out.
func (r *rope) complete(of family.Family) error {
	if r.theta == 0 {
		r.theta = DefaultTheta
		if of.Defaults.RopeTheta != 0 {
			r.theta = of.Defaults.RopeTheta
		}
	}
	switch {
	case r.partial == 0:
		r.partial = 1
	case r.partial != 1 && !of.PartialRotary:
		return fmt.Errorf("partial_rotary_factor is %g; this program rotates whole heads of models of this type", r.partial)
	case !(r.partial > 0 && r.partial <= 1):
		return fmt.Errorf("partial_rotary_factor is %g; it must be above 0 and at most 1", r.partial)
	}
	return nil
}

// ropeJSON returns the objects rope_parameters and rope_scaling; the latter is nil without scaling.
func ropeJSON(c decoder.Config, of family.Family) (parameters, scaling map[string]any) {
	if c.RopeScaling.Type != "" {
		raw, _ := json.Marshal(c.RopeScaling) // numbers and lists of them always have an encoding
		_ = json.Unmarshal(raw, &scaling)
	}
	parameters = map[string]any{"rope_type": "default"}
	for name, value := range scaling {
		parameters[name] = value
	}
	parameters["rope_theta"] = c.RopeTheta
	if of.PartialRotary {
		parameters["partial_rotary_factor"] = c.RotaryShare()
	}
	if of.RopePerKind {
		sliding := map[string]any{"rope_type": "default", "rope_theta": c.RopeTheta}
		for _, kind := range c.Attentions {
			if kind.Theta != 0 {
				sliding["rope_theta"] = kind.Theta
			}
		}
		parameters = map[string]any{"full_attention": parameters, "sliding_attention": sliding}
	}
	return parameters, scaling
}
