package doctor

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"example.com/gonb-dpo/dpocore/device"
	"example.com/gonb-dpo/dpocore/selftest"
)

// opened is what a child process found that opened the backend and ran the self-test.
type opened struct {
	report selftest.Report
	err    error
}

func openDevice(ctx context.Context, child Child) opened {
	report, err := selftest.InChild(ctx, child)
	return opened{report, err}
}

var pluginVersion = regexp.MustCompile(`\) (v[0-9.]+)`)

// examineBackend reports the backend that training uses.
func (o opened) examineBackend() part {
	p := part{name: "backend", needed: true}
	if o.report.Backend == "" {
		return p.broken(setUp, "%v", o.err)
	}
	config, name := device.Choice(), o.report.Backend
	switch version := pluginVersion.FindStringSubmatch(o.report.Description); {
	case strings.HasPrefix(config, "go") && os.Getenv(device.Env) == "":
		return p.missing(setUp, "XLA's plugin is missing; %s, which is many times slower, would be used", name)
	case strings.HasPrefix(config, "go"):
		return p.ok("%s, selected by %s=%s", name, device.Env, os.Getenv(device.Env))
	case version == nil:
		return p.ok("%s, %s", name, resolved(config))
	default:
		return p.ok("%s, plugin %s, %s", name, version[1], resolved(config))
	}
}

// examineResults reports whether the backend computes correctly.
func (o opened) examineResults() part {
	p := part{name: "self-test", needed: true}
	switch {
	case o.report.Backend == "":
		return p.missing("fix the backend first", "not run")
	case o.err != nil:
		return p.broken("check driver and plugin, or unset "+device.Env+" to compute on the CPU; dpo doctor --gpu examines more", "%v", o.err)
	default:
		return p.ok("%d checks of operations and training steps passed in %.1f s", len(o.report.Results), o.report.Seconds())
	}
}

// resolved returns the plugin's file behind set-up's symbolic link; its path includes its source and version.
func resolved(config string) string {
	plugin, _, _ := strings.Cut(strings.TrimPrefix(config, "xla:"), ",")
	if plugin == "cuda" {
		plugin = device.CUDAPlugin()
	}
	if real, err := filepath.EvalSymlinks(plugin); err == nil {
		return real
	}
	return plugin
}
