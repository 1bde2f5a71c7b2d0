package configfile

import (
	"bytes"
	"encoding/json"

	"example.com/gonb-dpo/dpocore/decoder"
	"example.com/gonb-dpo/dpocore/decoder/family"
)

// JSON is the config.json of a folder with a model in the given torch type, such as "float32". It has rope_theta
// and RoPE scaling at the top, where transformers 4 and vLLM look, and in rope_parameters, where transformers 5 does. A
// token that the model lacks is null; without the field transformers would take the family's default.
func JSON(c decoder.Config, torchType string) ([]byte, error) {
	f, err := family.Find(c.Family)
	if err != nil {
		return nil, err
	}
	fields, err := f.Fields(c)
	if err != nil {
		return nil, err
	}
	head := struct {
		Architectures []string `json:"architectures"`
		decoder.Config
		HiddenAct string `json:"hidden_act"`
	}{[]string{f.Class}, c, f.Activation}
	parameters, scaling := ropeJSON(c, f)
	tail := struct {
		RopeParameters map[string]any `json:"rope_parameters"`
		RopeScaling    map[string]any `json:"rope_scaling"`
		BOS            *int           `json:"bos_token_id"`
		EOS            any            `json:"eos_token_id"`
		Pad            *int           `json:"pad_token_id"`
		TorchDType     string         `json:"torch_dtype"`
		DType          string         `json:"dtype"`
		UseCache       bool           `json:"use_cache"`
	}{parameters, scaling, noneOrID(c.BOS), oneOrMany(c.EOS), noneOrID(c.Pad), torchType, torchType, true}
	return joinObjects(head, fields, tail)
}

// joinObjects encodes structs as one indented object with the fields of all.
func joinObjects(objects ...any) ([]byte, error) {
	var members [][]byte
	for _, object := range objects {
		raw, err := json.Marshal(object)
		if err != nil {
			return nil, err
		}
		if inner := raw[1 : len(raw)-1]; len(inner) > 0 { // without the braces
			members = append(members, inner)
		}
	}
	joined := append(append([]byte{'{'}, bytes.Join(members, []byte{','})...), '}')
	var out bytes.Buffer
	err := json.Indent(&out, joined, "", "  ")
	return out.Bytes(), err
}

func noneOrID(id int) *int {
	if id == decoder.NoToken {
		return nil
	}
	return &id
}

// oneOrMany is a single id as a number and several as a list, the form of transformers.
func oneOrMany[T int | int32](ids []T) any {
	switch len(ids) {
	case 0:
		return nil
	case 1:
		return ids[0]
	default:
		return ids
	}
}
