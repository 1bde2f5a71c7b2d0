// Package startlog drops what go-xla logs while a program starts: lines about folders that it looks for plugins in, such as the
// home folder, when there is none. They are for its developers, and a plugin that is missing is said in plain words where it
// is opened.
//
// It must be initialized before go-xla. Go initializes packages by the order of their import paths as soon as what they import
// is, and this one imports only the logger and comes before github.com.
package startlog

import (
	"log/slog"

	"k8s.io/klog/v2"
)

func init() { klog.SetSlogLogger(slog.New(slog.DiscardHandler)) }

// End lets go-xla log again.
func End() { klog.ClearLogger() }
