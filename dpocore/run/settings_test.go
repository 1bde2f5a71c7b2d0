package run

import (
	"testing"

	"example.com/gonb-dpo/dpocore/config"
)

// TestSettings: an adapter is measured with the settings that its run recorded; another program's, or none, with the defaults.
func TestSettings(t *testing.T) {
	dir := t.TempDir()
	settings := config.Default()
	settings.MaxLength, settings.Beta = 96, 0.3
	if err := (Record{Config: settings}).Write(dir); err != nil {
		t.Fatal(err)
	}
	defaults := config.Default()
	for adapter, want := range map[string]config.Config{dir: settings, "": defaults, t.TempDir(): defaults} {
		if got, err := Settings(adapter); err != nil || got.MaxLength != want.MaxLength || got.Beta != want.Beta {
			t.Errorf("%q: length %d, beta %g, %v", adapter, got.MaxLength, got.Beta, err)
		}
	}
}
