// Command t4 tells what training takes on a Tesla T4, which this machine need not have. Without arguments it prints tables computed
// from the models' shapes. With the path of XLA's CUDA plugin it compiles every graph for a T4.
package main

import (
	"fmt"
	"os"
)

// compileCommand is the first argument of the process that check starts.
const compileCommand = "compile"

func main() {
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 0:
		estimate(os.Stdout)
	case len(args) == 3 && args[0] == compileCommand:
		err = compileRecorded(args[1], args[2])
	default:
		err = check(args[0], args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "t4:", err)
		os.Exit(1)
	}
}
