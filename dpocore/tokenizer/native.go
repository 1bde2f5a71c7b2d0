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

// maxDepth is the maximum nesting of JSON that the native library accepts.
const maxDepth = 100

// loneSurrogate matches \ud800 to \udfff; valid pairs are removed first.
var (
	surrogatePair = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)
	loneSurrogate = regexp.MustCompile(`\\u[dD][89a-fA-F][0-9a-fA-F]{2}`)
)

// checkNative returns an error for input that would crash the native library, which panics if a part of the tokenizer is not
// JSON that it can parse.
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

// checkPart parses a part as strictly as the native library does.
func checkPart(part json.RawMessage) error {
	if loneSurrogate.Match(surrogatePair.ReplaceAllLiteral(part, nil)) {
		return errors.New("a string contains half of a surrogate pair")
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
				return errors.New(`the type "Precompiled" is not supported; choose another model`)
			}
		case json.Number:
			if _, err := strconv.ParseFloat(token.String(), 64); err != nil {
				return fmt.Errorf("the number %s is too large", token)
			}
		}
	}
}
