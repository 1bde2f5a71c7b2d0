package weights

import (
	"encoding/json"
	"fmt"

	"example.com/gonb-dpo/dpocore/decoder"
)

// defaultTheta is the rope_theta of files that name none, as in transformers.
const defaultTheta = 10000

// llama3 is the rope_type of decoder.RopeScaling.
const llama3 = "llama3"

// ropeFields is the object rope_parameters, or rope_scaling in files from before transformers 5.
type ropeFields struct {
	Theta         float64  `json:"rope_theta"`
	RopeType      string   `json:"rope_type"`
	Type          string   `json:"type"` // the older name
	PartialFactor *float64 `json:"partial_rotary_factor"`
	decoder.RopeScaling
}

// scaling reads one of the two objects; r is nil if the file does not have it.
func (r *ropeFields) scaling(field string) (decoder.RopeScaling, error) {
	var none decoder.RopeScaling
	if r == nil {
		return none, nil
	}
	kind := r.RopeType
	if kind == "" {
		kind = r.Type
	}
	switch {
	case r.PartialFactor != nil && *r.PartialFactor != 1:
		return none, fmt.Errorf("partial_rotary_factor in %s is %g; this program rotates whole heads", field, *r.PartialFactor)
	case kind == "" || kind == "default":
		return none, nil
	case kind != llama3:
		return none, fmt.Errorf("rope_type in %s is %q; this program knows \"default\" and %q", field, kind, llama3)
	case r.RopeScaling == none:
		return none, fmt.Errorf("%s has no factor, low_freq_factor, high_freq_factor and original_max_position_embeddings", field)
	}
	return r.RopeScaling, nil
}

// rope reads theta and scaling from wherever the file has them.
func (f fileConfig) rope() (theta float64, scaling decoder.RopeScaling, err error) {
	older, err := f.RopeScaling.scaling("rope_scaling")
	if err != nil {
		return 0, older, err
	}
	scaling, err = f.RopeParameters.scaling("rope_parameters")
	switch {
	case err != nil:
		return 0, scaling, err
	case f.RopeParameters == nil:
		scaling = older
	case f.RopeScaling != nil && older != scaling:
		return 0, scaling, fmt.Errorf("rope_scaling and rope_parameters differ; remove one of them")
	}
	theta = f.RopeTheta
	for _, object := range []*ropeFields{f.RopeParameters, f.RopeScaling} {
		if object == nil || object.Theta == 0 {
			continue
		}
		if theta != 0 && theta != object.Theta {
			return 0, scaling, fmt.Errorf("rope_theta is %g in one place and %g in another; remove one of them", theta, object.Theta)
		}
		theta = object.Theta
	}
	if theta == 0 {
		theta = defaultTheta
	}
	return theta, scaling, nil
}

// ropeJSON returns the objects rope_parameters and rope_scaling; the latter is nil without scaling.
func ropeJSON(c decoder.Config) (parameters, scaling map[string]any) {
	parameters = map[string]any{"rope_theta": c.RopeTheta, "rope_type": "default"}
	if c.RopeScaling == (decoder.RopeScaling{}) {
		return parameters, nil
	}
	raw, _ := json.Marshal(c.RopeScaling) // four numbers always have an encoding
	scaling = map[string]any{"rope_type": llama3}
	_ = json.Unmarshal(raw, &scaling)
	parameters["rope_type"] = llama3
	_ = json.Unmarshal(raw, &parameters)
	return parameters, scaling
}
