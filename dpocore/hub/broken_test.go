package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/gonb-dpo/dpocore/hub/protocol"
	"example.com/gonb-dpo/internal/errtest"
	"example.com/gonb-dpo/internal/hubtest"
)

// startAt serves under another host's name than the hub's.
func startAt(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
}

// forWeights answers the requests for the weights, counted from 0, and no others.
func forWeights(answer func(count int, w http.ResponseWriter, r *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
	var count atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/"+weights) {
			return false
		}
		return answer(int(count.Add(1))-1, w, r)
	}
}

// cut sends a part of the content under the length of the whole, and breaks the connection.
func cut(w http.ResponseWriter, from, to int) {
	w.Header().Set("Content-Length", fmt.Sprint(len(content)-from))
	if from > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
		w.WriteHeader(http.StatusPartialContent)
	}
	_, _ = w.Write(content[from:to])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func blobOf(name string) string {
	return filepath.Join(os.Getenv("HF_HOME"), "hub/models--owner--tiny/blobs", hubtest.Hash(name, content))
}

func TestInterruptedDownloadResumes(t *testing.T) {
	server := serve(t)
	server.Answer = forWeights(func(count int, w http.ResponseWriter, r *http.Request) bool {
		switch count {
		case 0:
			cut(w, 0, 1000)
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		case 2:
			cut(w, 1000, 70000)
		}
		return false
	})
	holds(t, filepath.Join(mustFetch(t, tiny, weights), weights), content)
	if got, want := ranges(server, weights), []string{"", "bytes=1000-", "bytes=1000-", "bytes=70000-"}; !slices.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
}

// TestPartsOfEarlierDownloads: a good part is continued, a bad one costs a second download.
func TestPartsOfEarlierDownloads(t *testing.T) {
	for _, c := range []struct {
		name   string
		part   []byte
		ranges []string
	}{
		{"a good part", content[:5000], []string{"bytes=5000-"}},
		{"all of it", content, nil},
		{"another content", make([]byte, 5000), []string{"bytes=5000-", ""}},
		{"longer than the file", append(slices.Clone(content), 0), []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := serve(t)
			part := blobOf(weights) + ".incomplete"
			if err := os.MkdirAll(filepath.Dir(part), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(part, c.part, 0o600); err != nil {
				t.Fatal(err)
			}
			holds(t, filepath.Join(mustFetch(t, tiny, weights), weights), content)
			if got := ranges(server, weights); !slices.Equal(got, c.ranges) {
				t.Errorf("asked for %q, want %q", got, c.ranges)
			}
		})
	}
}

// TestServerWithoutRanges sends all of the file again.
func TestServerWithoutRanges(t *testing.T) {
	server := serve(t)
	server.Answer = forWeights(func(count int, w http.ResponseWriter, _ *http.Request) bool {
		if count == 0 {
			cut(w, 0, 1000)
		}
		_, err := w.Write(content)
		return err == nil
	})
	holds(t, filepath.Join(mustFetch(t, tiny, weights), weights), content)
}

// TestWrongContent is refused, whatever is wrong with it, and not kept under the file's name.
func TestWrongContent(t *testing.T) {
	changed := slices.Clone(content)
	changed[len(changed)-1]++
	for _, c := range []struct {
		name  string
		bytes []byte
		want  string
	}{
		{"another content", changed, "its hash is not"},
		{"too long", append(slices.Clone(content), 0), "longer than"},
		{"too short", content[:1000], "ends before byte"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := serve(t)
			server.Answer = forWeights(func(_ int, w http.ResponseWriter, r *http.Request) bool {
				http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(c.bytes)))
				return true
			})
			_, err := Fetch(context.Background(), tiny, []string{weights}, nil)
			errtest.Contains(t, err, weights, "owner/tiny", "other content than the hub announced", c.want)
			if _, err := os.Stat(blobOf(weights)); err == nil {
				t.Error("the file was kept")
			}
		})
	}
}

// TestGivesUp: after this many attempts without progress.
func TestGivesUp(t *testing.T) {
	server := serve(t)
	server.Answer = forWeights(func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		cut(w, 0, 0)
		return true
	})
	_, err := Fetch(context.Background(), tiny, []string{weights}, nil)
	errtest.Contains(t, err, weights, "try again later")
	if got := len(ranges(server, weights)); got != protocol.MaxFailures {
		t.Errorf("asked %d times, want %d", got, protocol.MaxFailures)
	}
}

// stallOnce returns an answer that sends 1,000 bytes of the weights and then waits; later requests get the whole file.
func stallOnce() func(http.ResponseWriter, *http.Request) bool {
	return forWeights(func(count int, w http.ResponseWriter, r *http.Request) bool {
		if count > 0 {
			return false
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		_, _ = w.Write(content[:1000])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return true
	})
}

// TestStalledDownload: it is cancelled and started again.
func TestStalledDownload(t *testing.T) {
	server := serve(t)
	old := protocol.StallTimeout
	protocol.StallTimeout = 100 * time.Millisecond
	t.Cleanup(func() { protocol.StallTimeout = old })
	server.Answer = stallOnce()
	holds(t, filepath.Join(mustFetch(t, tiny, weights), weights), content)
}

// TestCancelledDownload ends at once and leaves its part for the next.
func TestCancelledDownload(t *testing.T) {
	server := serve(t)
	ctx, cancel := context.WithCancel(context.Background())
	server.Answer = stallOnce()
	_, err := Fetch(ctx, tiny, []string{weights}, func(_ string, done, _ int64) {
		if done > 0 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
	holds(t, filepath.Join(mustFetch(t, tiny, weights), weights), content)
	if got := ranges(server, weights); len(got) != 2 || !strings.HasPrefix(got[1], "bytes=") {
		t.Errorf("asked for %q, want a second request that resumes", got)
	}
}
