package tokenizer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// maxDepth is how deep the native library reads JSON.
const maxDepth = 100

// loneSurrogate finds \ud800 to \udfff; pairs of them are taken out first.
var (
	surrogatePair = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)
	loneSurrogate = regexp.MustCompile(`\\u[dD][89a-fA-F][0-9a-fA-F]{2}`)
)

// checkNative refuses what would end the process inside the native library, which takes it for granted that the parts of
// a tokenizer can be read as JSON of its own kind.
func (l *layout) checkNative() error {
	for name, part := range map[string]json.RawMessage{
		"normalizer": l.Normalizer, "pre_tokenizer": l.PreTokenizer, "post_processor": l.PostProcessor, "decoder": l.Decoder,
	} {
		if err := checkPart(part); err != nil {
			return fmt.Errorf("read tokenizer.json, field %q: %w", name, err)
		}
	}
	return nil
}

// checkPart reads a part as strictly as the native library.
func checkPart(part json.RawMessage) error {
	if loneSurrogate.Match(surrogatePair.ReplaceAllLiteral(part, nil)) {
		return errors.New("a text holds half of a character")
	}
	decoder := json.NewDecoder(bytes.NewReader(part))
	decoder.UseNumber()
	for depth := 0; ; {
		token, err := decoder.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case json.Delim:
			if depth++; token == ']' || token == '}' {
				depth -= 2
			}
			if depth > maxDepth {
				return fmt.Errorf("it is nested deeper than %d", maxDepth)
			}
		case string:
			if token == "Precompiled" {
				return errors.New(`the kind "Precompiled" is of models that this program does not train`)
			}
		case json.Number:
			if _, err := strconv.ParseFloat(token.String(), 64); err != nil {
				return fmt.Errorf("the number %s is too large", token)
			}
		}
	}
}
