// Command xlaplugin runs go-xla's installer for XLA's CPU plugin, which go-xla has as a package but not as a command.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"

	"github.com/gomlx/go-xla/installer"
)

func main() {
	version := flag.String("version", "", "version of the plugin, such as v0.114.0")
	dir := flag.String("dir", "", "folder to install into")
	flag.Parse()
	if *version == "" || *dir == "" {
		fmt.Fprintln(os.Stderr, "xlaplugin: name both -version and -dir")
		os.Exit(2)
	}
	platform := runtime.GOOS + "_" + runtime.GOARCH
	if err := installer.CPUInstall(platform, *version, *dir, false, installer.Quiet); err != nil {
		fmt.Fprintf(os.Stderr, "xlaplugin: install the CPU plugin %s for %s: %v\n", *version, platform, err)
		os.Exit(1)
	}
}
