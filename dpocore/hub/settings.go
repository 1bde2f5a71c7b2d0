package hub

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// settings come from the environment variables of Hugging Face's tools.
type settings struct {
	endpoint string // without a trailing slash
	cache    string // the folder of all repositories
	token    string // secret: never shown
	offline  bool
}

func readSettings() settings {
	home := expand(firstOf(os.Getenv("HF_HOME"), filepath.Join(cacheHome(), "huggingface")))
	s := settings{
		endpoint: strings.TrimRight(firstOf(os.Getenv("HF_ENDPOINT"), "https://huggingface.co"), "/"),
		cache:    expand(firstOf(os.Getenv("HF_HUB_CACHE"), os.Getenv("HUGGINGFACE_HUB_CACHE"), filepath.Join(home, "hub"))),
		offline:  isSet("HF_HUB_OFFLINE") || isSet("TRANSFORMERS_OFFLINE"),
	}
	if !isSet("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
		s.token = readToken(home)
	}
	return s
}

// readToken returns the token of the account, or "" if nobody is signed in.
func readToken(home string) string {
	if token := firstOf(os.Getenv("HF_TOKEN"), os.Getenv("HUGGING_FACE_HUB_TOKEN")); token != "" {
		return strings.TrimSpace(token)
	}
	content, err := os.ReadFile(expand(firstOf(os.Getenv("HF_TOKEN_PATH"), filepath.Join(home, "token"))))
	if err != nil {
		return "" // nobody is signed in
	}
	return strings.TrimSpace(string(content))
}

func cacheHome() string {
	return firstOf(os.Getenv("XDG_CACHE_HOME"), "~/.cache")
}

// expand replaces a leading ~ with the home folder.
func expand(path string) string {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || rest[0] == '/') {
		if home, err := os.UserHomeDir(); err == nil {
			return home + rest
		}
	}
	return path
}

// isSet parses a boolean variable as Hugging Face's tools do.
func isSet(name string) bool {
	return slices.Contains([]string{"1", "ON", "YES", "TRUE"}, strings.ToUpper(os.Getenv(name)))
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}
