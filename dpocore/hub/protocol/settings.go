package protocol

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Settings come from the environment variables of Hugging Face's tools.
type Settings struct {
	Endpoint string // without a trailing slash
	Cache    string // the folder of all repositories
	token    string // secret: never shown
	Offline  bool
}

// ReadSettings reads the environment and the token.
func ReadSettings() Settings {
	home := expand(firstOf(os.Getenv("HF_HOME"), filepath.Join(cacheHome(), "huggingface")))
	s := Settings{
		Endpoint: strings.TrimRight(firstOf(os.Getenv("HF_ENDPOINT"), "https://huggingface.co"), "/"),
		Cache:    expand(firstOf(os.Getenv("HF_HUB_CACHE"), os.Getenv("HUGGINGFACE_HUB_CACHE"), filepath.Join(home, "hub"))),
		Offline:  isSet("HF_HUB_OFFLINE") || isSet("TRANSFORMERS_OFFLINE"),
	}
	if !isSet("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
		s.token = readToken(home)
	}
	return s
}

// SignedIn reports whether there is a token.
func (s Settings) SignedIn() bool { return s.token != "" }

// Authorize adds the token, if any, to a request to the hub itself: storages that it names must not see it.
func (s Settings) Authorize(request *http.Request) {
	hub, err := url.Parse(s.Endpoint)
	if s.token != "" && err == nil && request.URL.Scheme == hub.Scheme && request.URL.Host == hub.Host {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
}

// Hidden is a text of a server on one line and without the token.
func (s Settings) Hidden(text string) string {
	if s.token != "" {
		text = strings.ReplaceAll(text, s.token, "…")
	}
	return strings.Join(strings.Fields(text), " ")
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
