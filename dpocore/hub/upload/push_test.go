package upload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
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
	"example.com/gonb-dpo/internal/localhub"
)

func TestMain(m *testing.M) {
	protocol.FirstDelay = time.Millisecond
	os.Exit(m.Run())
}

const token = "hf_neverToBeShown"

var mine = protocol.Repo{ID: "me/tiny"}

// serve starts a hub on which "me" is signed in.
func serve(t *testing.T) *localhub.Hub {
	t.Helper()
	hub := localhub.New(map[string]string{token: "me", "hf_other": "other"})
	hub.PartSize = 1000
	server := httptest.NewServer(hub)
	t.Cleanup(server.Close)
	server.Config.ErrorLog = nil
	hubtest.Point(t, server.URL)
	t.Setenv("HF_TOKEN", token)
	return hub
}

// write writes files: two large ones, one of them in five parts, and two small ones. Another seed gives other contents, except for
// the file "same.json".
func write(t *testing.T, seed byte) (files []File, contents map[string][]byte) {
	t.Helper()
	random, dir := rand.NewChaCha8([32]byte{seed}), t.TempDir()
	contents = map[string][]byte{"same.json": []byte("{}"), "plots/loss.png": make([]byte, 700), "config.json": make([]byte, 300), "model.safetensors": make([]byte, 4321)}
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		if name != "same.json" {
			_, _ = random.Read(contents[name])
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, contents[name], 0o600)); err != nil {
			t.Fatal(err)
		}
		files = append(files, File{name, path, int64(len(contents[name]))})
	}
	return files, contents
}

func mustPush(t *testing.T, upload Upload) Pushed {
	t.Helper()
	done, err := Push(t.Context(), mine, upload)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// has reports whether the hub has exactly these files, besides its own .gitattributes.
func has(hub *localhub.Hub, contents map[string][]byte) bool {
	head := hub.Head(mine.ID)
	delete(head, ".gitattributes")
	return maps.EqualFunc(head, contents, bytes.Equal)
}

func TestPush(t *testing.T) {
	hub := serve(t)
	files, contents := write(t, 1)
	var stages []string
	upload := Upload{Files: files, Message: "first", Progress: func(stage string, done, total int64) {
		if done < 0 || done > total || total > 5323 {
			t.Errorf("%s: %d of %d bytes", stage, done, total)
		}
		if done == total {
			stages = append(stages, stage)
		}
	}}
	seen, err := Preview(t.Context(), mine, upload)
	if err != nil || !seen.Created || len(seen.Changed) != 4 || seen.Sent != 5323 || hub.Head(mine.ID) != nil {
		t.Errorf("preview: %+v, %v", seen, err)
	}
	done := mustPush(t, upload)
	if !done.Created || len(done.Changed) != 4 || done.Sent != 5323 || len(done.Commit) != 40 || !strings.HasSuffix(done.Page, "/me/tiny") {
		t.Errorf("first: %+v", done)
	}
	if !has(hub, contents) || hub.Commits(mine.ID) != 2 || hub.Received() != 1 || !slices.Contains(stages, "sending") {
		t.Errorf("the hub has %d files in %d commits, and received a part %d times; stages %v", len(hub.Head(mine.ID)), hub.Commits(mine.ID), hub.Received(), stages)
	}
	done = mustPush(t, upload)
	if done.Created || len(done.Changed) != 0 || done.Sent != 0 || hub.Commits(mine.ID) != 2 {
		t.Errorf("again: %+v", done)
	}
	upload.Files, contents = write(t, 2)
	done = mustPush(t, upload)
	if len(done.Changed) != 3 || done.Sent != 5321 || !has(hub, contents) || hub.Commits(mine.ID) != 3 {
		t.Errorf("changed: %+v, %d commits", done, hub.Commits(mine.ID))
	}
}

func TestPrivate(t *testing.T) {
	hub := serve(t)
	files, contents := write(t, 1)
	mustPush(t, Upload{Files: files, Message: "first", Private: true})
	t.Setenv("HF_TOKEN", "")
	if _, err := protocol.ReadSettings().List(t.Context(), mine); err == nil {
		t.Error("others can read it")
	}
	t.Setenv("HF_TOKEN", token)
	public := protocol.Repo{ID: "me/public"}
	if _, err := Push(t.Context(), public, Upload{Files: files[:1], Message: "first"}); err != nil || !has(hub, contents) {
		t.Error(err)
	}
	for _, push := range []func(context.Context, protocol.Repo, Upload) (Pushed, error){Push, Preview} {
		_, err := push(t.Context(), public, Upload{Files: files, Message: "second", Private: true})
		errtest.Contains(t, err, "me/public", "the repository is public, so nothing was sent", "leave out --private")
	}
	if hub.Commits(public.ID) != 2 {
		t.Error("something was sent")
	}
}

// TestResumes: an interrupted push leaves the repository as it was, and the next one sends only objects that have not arrived.
func TestResumes(t *testing.T) {
	hub := serve(t)
	files, contents := write(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	objects := 0
	hub.Fault = func(r *http.Request) localhub.Fault {
		if strings.HasSuffix(r.URL.Path, "/storage/verify") {
			if objects++; objects == 2 {
				cancel()
			}
		}
		return localhub.None
	}
	if _, err := Push(ctx, mine, Upload{Files: files, Message: "first"}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want that it was canceled", err)
	}
	if !has(hub, map[string][]byte{}) {
		t.Error("the interrupted push changed the repository")
	}
	hub.Fault = nil
	if done := mustPush(t, Upload{Files: files, Message: "first"}); done.Sent != 302 || hub.Received() != 1 || !has(hub, contents) {
		t.Errorf("resumed: %+v, and a part arrived %d times", done, hub.Received())
	}
}

// TestPartsAreSentOnce: a part that fails is sent again, and not those before it.
func TestPartsAreSentOnce(t *testing.T) {
	hub := serve(t)
	files, contents := write(t, 1)
	fail := 3
	hub.Fault = func(r *http.Request) localhub.Fault {
		if strings.HasSuffix(r.URL.Path, "/3") && fail > 0 {
			fail--
			return []localhub.Fault{localhub.Busy, localhub.Internal, localhub.Cut}[fail]
		}
		return localhub.None
	}
	if done := mustPush(t, Upload{Files: files, Message: "first"}); fail != 0 || done.Sent != 5323 || hub.Received() != 1 || !has(hub, contents) {
		t.Errorf("%+v, and a part arrived %d times", done, hub.Received())
	}
}

// TestFaults pushes changes while one to three requests fail at random. Whatever happens, the repository has all of the old files or
// all of the new ones; the push succeeds, or pushing again does.
func TestFaults(t *testing.T) {
	const trials = 100
	random := rand.New(rand.NewPCG(1, 2))
	oldFiles, oldContents := write(t, 1)
	newFiles, newContents := write(t, 2)
	happened := map[localhub.Fault]int{}
	for trial := range trials {
		hub := serve(t)
		mustPush(t, Upload{Files: oldFiles, Message: "old"})
		at := map[int]localhub.Fault{}
		for range 1 + random.IntN(3) {
			at[random.IntN(16)] = localhub.Fault(1 + random.IntN(int(localhub.Faults)-1))
		}
		var count atomic.Int32
		hub.Fault = func(*http.Request) localhub.Fault {
			fault := at[int(count.Add(1))-1]
			happened[fault]++
			if !has(hub, oldContents) && !has(hub, newContents) {
				t.Errorf("trial %d: the repository is neither old nor new", trial)
			}
			return fault
		}
		done, err := Push(t.Context(), mine, Upload{Files: newFiles, Message: "new"})
		if err == nil && (len(done.Changed) != 3 || !has(hub, newContents)) {
			t.Errorf("trial %d, faults %v: %+v", trial, at, done)
		}
		if err != nil {
			if !has(hub, oldContents) && !has(hub, newContents) {
				t.Errorf("trial %d, faults %v: the failed push changed a part of the repository", trial, at)
			}
			t.Logf("trial %d, faults %v: %v", trial, at, err)
			hub.Fault = nil
			mustPush(t, Upload{Files: newFiles, Message: "new"})
		}
		if !has(hub, newContents) || hub.Commits(mine.ID) != 3 {
			t.Errorf("trial %d, faults %v: %d commits", trial, at, hub.Commits(mine.ID))
		}
	}
	for fault := localhub.Cut; fault < localhub.Faults; fault++ {
		if happened[fault] == 0 {
			t.Errorf("fault %d never happened", fault)
		}
	}
}

// TestLastingFault is reported as one sentence, without the token.
func TestLastingFault(t *testing.T) {
	files, _ := write(t, 1)
	for fault, want := range map[localhub.Fault]string{
		localhub.Cut: "the hub can't be reached", localhub.Busy: "the hub asks to wait (429", localhub.Internal: "the hub reports an internal error (503",
		localhub.Corrupt: "model.safetensors: the storage refuses the content",
	} {
		hub := serve(t)
		hub.Fault = func(*http.Request) localhub.Fault { return fault }
		_, err := Push(t.Context(), mine, Upload{Files: files, Message: "first"})
		errtest.Contains(t, err, "push to me/tiny", want)
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q has several lines", err)
		}
	}
}

// TestRetryAfter waits as long as the hub asks for.
func TestRetryAfter(t *testing.T) {
	for seconds, want := range map[string]string{"1": "", "301": "run the same command again"} {
		hub := serve(t)
		files, _ := write(t, 1)
		asked := false
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && !asked {
				asked = true
				w.Header().Set("Retry-After", seconds)
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			hub.ServeHTTP(w, r)
		}))
		t.Setenv("HF_ENDPOINT", server.URL)
		start := time.Now()
		_, err := Push(t.Context(), mine, Upload{Files: files[:1], Message: "first"})
		server.Close()
		if want != "" {
			errtest.Contains(t, err, want)
		} else if err != nil || time.Since(start) < time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
	}
}

func TestRefusals(t *testing.T) {
	files, _ := write(t, 1)
	theirs := protocol.Repo{ID: "other/tiny"}
	for _, c := range []struct {
		name, token string
		repo        protocol.Repo
		want        []string
	}{
		{"nobody signed in", "", mine, []string{"nobody is signed in", "hf auth login", "HF_TOKEN", "/settings/tokens"}},
		{"unknown token", "hf_unknown", mine, []string{"does not accept your token (401)", "hf auth login"}},
		{"another's name", token, protocol.Repo{ID: "other/new"}, []string{"there is no repository other/new yet, and you may not create it", "403"}},
		{"another's repository", token, theirs, []string{"does not let you write to other/tiny (403)", "name a repository of yours", "write access"}},
		{"no owner", token, protocol.Repo{ID: "tiny"}, []string{`"tiny" is not the name of a repository`, "owner/name"}},
		{"a revision", token, protocol.Repo{ID: "me/tiny", Revision: "v1"}, []string{`"me/tiny@v1" is not the name`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			hub := serve(t)
			t.Setenv("HF_TOKEN", "hf_other")
			if _, err := Push(t.Context(), theirs, Upload{Files: files[:1], Message: "theirs"}); err != nil {
				t.Fatal(err)
			}
			t.Setenv("HF_TOKEN", c.token)
			_, err := Push(t.Context(), c.repo, Upload{Files: files, Message: "first"})
			errtest.Contains(t, err, c.want...)
			if err != nil && c.token != "" && strings.Contains(err.Error(), c.token) {
				t.Errorf("%q shows the token", err)
			}
			if hub.Commits(theirs.ID) != 2 {
				t.Error("the repository of the other changed")
			}
		})
	}
	serve(t)
	t.Setenv("HF_HUB_OFFLINE", "1")
	_, err := Push(t.Context(), mine, Upload{Files: files})
	errtest.Contains(t, err, "HF_HUB_OFFLINE is set")
}

// TestTokenStaysHidden in what the hub says.
func TestTokenStaysHidden(t *testing.T) {
	serve(t)
	files, _ := write(t, 1)
	for _, status := range []int{400, 401, 403, 404, 409, 412, 413, 422, 429, 500} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Error-Message", "you sent "+r.Header.Get("Authorization"))
			http.Error(w, fmt.Sprint(r.Header), status)
		}))
		t.Setenv("HF_ENDPOINT", server.URL)
		_, err := Push(t.Context(), mine, Upload{Files: files, Message: "first"})
		server.Close()
		if err == nil || strings.Contains(err.Error(), token) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestFileChanges while it is sent.
func TestFileChanges(t *testing.T) {
	hub := serve(t)
	files, _ := write(t, 1)
	hub.Fault = func(r *http.Request) localhub.Fault {
		if strings.Contains(r.URL.Path, "/preupload/") {
			_ = os.WriteFile(files[0].Path, make([]byte, files[0].Size), 0o600)
		}
		return localhub.None
	}
	_, err := Push(t.Context(), mine, Upload{Files: files, Message: "first"})
	errtest.Contains(t, err, files[0].Path, "changed while it was read")
	if !has(hub, map[string][]byte{}) {
		t.Error("something was committed")
	}
}
