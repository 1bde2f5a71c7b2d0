package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.com/gonb-dpo/internal/placeholder"
)

// Files of a tokenizer.
const (
	jsonFile     = "tokenizer.json"
	configFile   = "tokenizer_config.json"
	specialsFile = "special_tokens_map.json"
	templateFile = "chat_template.jinja"
)

// readFolder reads the tokenizer files of a model folder.
func readFolder(dir string) (source, error) {
	from := source{}
	files := map[string]*[]byte{jsonFile: &from.json, configFile: &from.config, specialsFile: &from.specials, addedFile: &from.added}
	for name, into := range files {
		var err error
		if *into, err = readOptional(dir, name); err != nil {
			return from, err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "tokenizer.model")); from.json == nil && err == nil {
		return from, fmt.Errorf("the folder has tokenizer.model but no %s; %s", jsonFile, saveAgain)
	}
	if from.json == nil {
		return from, noTokenizer(dir)
	}
	if err := from.readConfig(); err != nil {
		return from, err
	}
	template, err := readOptional(dir, templateFile)
	if err != nil {
		return from, err
	}
	if template != nil {
		from.template = string(template)
	}
	from.eosIDs, err = readEOSIDs(dir)
	return from, err
}

// noTokenizer is the error for a folder without tokenizer.json, which may be one above or around the model.
func noTokenizer(dir string) error {
	for _, pattern := range []string{"snapshots/*/" + jsonFile, "*/" + jsonFile, "*.gguf"} {
		if found, _ := filepath.Glob(filepath.Join(dir, pattern)); len(found) > 0 {
			return fmt.Errorf("the folder has no %s; name the model in it: %s", jsonFile, strings.TrimSuffix(found[0], "/"+jsonFile))
		}
	}
	return fmt.Errorf("the folder has no %s; choose a model that has one", jsonFile)
}

// readOptional reads a file; it returns nil if the file does not exist.
func readOptional(dir, name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = placeholder.Check(filepath.Join(dir, name), data)
	}
	return data, err
}

// tokenName is a token's text, written in the files as a string or as an object
// with the field "content".
type tokenName string

func (n *tokenName) UnmarshalJSON(data []byte) error {
	var object struct {
		Content string `json:"content"`
	}
	if json.Unmarshal(data, &object) == nil {
		*n = tokenName(object.Content)
		return nil
	}
	return json.Unmarshal(data, (*string)(n))
}

// readConfig reads token names and chat template from the two configuration
// files. If both name a token, tokenizer_config.json takes precedence.
func (s *source) readConfig() error {
	var config struct {
		BOS      tokenName       `json:"bos_token"`
		EOS      tokenName       `json:"eos_token"`
		Unknown  tokenName       `json:"unk_token"`
		Pad      tokenName       `json:"pad_token"`
		Sep      tokenName       `json:"sep_token"`
		Class    tokenName       `json:"cls_token"`
		Mask     tokenName       `json:"mask_token"`
		Template json.RawMessage `json:"chat_template"`
	}
	for _, file := range []struct {
		name string
		data []byte
	}{{specialsFile, s.specials}, {configFile, s.config}} {
		if file.data == nil {
			continue
		}
		if err := json.Unmarshal(file.data, &config); err != nil {
			return fmt.Errorf("read %s: %w", file.name, err)
		}
	}
	s.names = Names{BOS: string(config.BOS), EOS: string(config.EOS), Unknown: string(config.Unknown), Pad: string(config.Pad),
		Separator: string(config.Sep), Class: string(config.Class), Mask: string(config.Mask)}
	template, err := defaultTemplate(config.Template)
	s.template = template
	return err
}

// defaultTemplate reads the chat template of tokenizer_config.json: either a
// string, or a list of named templates from which it returns "default".
func defaultTemplate(raw json.RawMessage) (string, error) {
	if len(raw) == 0 {
		return "", nil
	}
	var single *string
	if json.Unmarshal(raw, &single) == nil {
		if single == nil {
			return "", nil
		}
		return *single, nil
	}
	var named []struct{ Name, Template string }
	if err := json.Unmarshal(raw, &named); err != nil {
		return "", fmt.Errorf("read %s, field \"chat_template\": %w", configFile, err)
	}
	for _, template := range named {
		if template.Name == "default" {
			return template.Template, nil
		}
	}
	return "", fmt.Errorf("read %s: none of the chat templates is named \"default\"", configFile)
}

// readEOSIDs returns the ids at which generation stops according to
// generation_config.json, or config.json if that has none.
func readEOSIDs(dir string) ([]int32, error) {
	for _, name := range []string{"generation_config.json", "config.json"} {
		data, err := readOptional(dir, name)
		if err != nil {
			return nil, err
		}
		var config struct {
			EOS json.RawMessage `json:"eos_token_id"`
		}
		if data == nil {
			continue
		}
		if err := json.Unmarshal(data, &config); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if len(config.EOS) == 0 || string(config.EOS) == "null" {
			continue
		}
		var one int32
		if json.Unmarshal(config.EOS, &one) == nil {
			return []int32{one}, nil
		}
		var many []int32
		if err := json.Unmarshal(config.EOS, &many); err != nil {
			return nil, fmt.Errorf("read %s, field \"eos_token_id\": %w", name, err)
		}
		return many, nil
	}
	return nil, nil
}
